namespace Microservices.Bus.Tests.Support;

/// <summary>Something that several buses share: a process, or a broker.</summary>
public abstract class BusMedium : IAsyncDisposable
{
    private readonly List<BusHost> _hosts = [];

    /// <summary>What the bus logged.</summary>
    public RecordedLog Log { get; } = new();

    /// <summary>Opens a bus on it, as a service has it.</summary>
    public BusHost Open(params (string Key, object Value)[] settings)
    {
        var host = Make(settings);
        _hosts.Add(host);
        return host;
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    protected abstract BusHost Make((string Key, object Value)[] settings);
}

/// <summary>One bus in the memory of this process. The settings of the first to open it count.</summary>
internal sealed class ProcessMedium : BusMedium
{
    private BusHost? _host;

    protected override BusHost Make((string Key, object Value)[] settings) => _host ??= new BusHost(Log, [("Kind", "in-process"), .. settings]);
}

/// <summary>A virtual host of a broker; each bus has its own connections.</summary>
internal sealed class BrokerMedium(RabbitServer broker) : BusMedium
{
    public string Uri { get; } = broker.TakeVirtualHost();

    protected override BusHost Make((string Key, object Value)[] settings) => new(Log, [("Uri", Uri), .. settings]);
}
