using System.Net;
using Microservices.Protocol;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Admission;

/// <summary>Decides on each new connection before anything is allocated for it.</summary>
internal sealed class Gate : IDisposable
{
    private readonly AddressTable _addresses = new();
    private readonly Func<long> _nowMs;
    private readonly ILogger<Gate> _logger;
    private readonly IDisposable? _reloading;
    private Rules _rules;
    private int _connections;
    private int _shut = (int)Code.Unavailable;

    public Gate(IOptionsMonitor<AdmissionOptions> options, Liveness.TimingWheel wheel, ILogger<Gate> logger)
        : this(options.CurrentValue, () => wheel.NowMs, logger) =>
        _reloading = options.OnChange(Reload);

    internal Gate(AdmissionOptions options, Func<long> nowMs, ILogger<Gate> logger)
    {
        _rules = new Rules(options);
        _nowMs = nowMs;
        _logger = logger;
    }

    /// <summary>Connections that were admitted and have not left.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Connections are admitted.</summary>
    public bool IsOpen => Volatile.Read(ref _shut) == (int)Code.None;

    /// <summary>Admits from now on; until then everybody is told to come later.</summary>
    public void Open() => Interlocked.CompareExchange(ref _shut, (int)Code.None, (int)Code.Unavailable);

    /// <summary>Admits nobody from now on.</summary>
    public void Shut() => Volatile.Write(ref _shut, (int)Code.GoingAway);

    /// <summary>Judges a connection. <see cref="Code.None"/>: it is admitted and counted, and <see cref="Leave"/> is called when it has ended.</summary>
    public Code Enter(IPAddress? remote)
    {
        if (Volatile.Read(ref _shut) is var shut and not (int)Code.None)
        {
            return (Code)shut;
        }

        var rules = Volatile.Read(ref _rules);
        var address = remote is null ? default : AddressKey.Of(remote);
        if (rules.Deny.Contains(address) || (!rules.Allow.IsEmpty && !rules.Allow.Contains(address)))
        {
            return Code.AddressDenied;
        }

        if (Interlocked.Increment(ref _connections) > rules.Options.MaxConnections)
        {
            Interlocked.Decrement(ref _connections);
            return Code.Overloaded;
        }

        var exempt = AddressKey.IsLoopback(address) && !rules.Options.LimitLoopback;
        var verdict = _addresses.Enter(AddressKey.OfSubscriber(address), _nowMs(), rules.Options, exempt);
        if (verdict is AddressVerdict.Entered or AddressVerdict.Untracked)
        {
            return Code.None;
        }

        Interlocked.Decrement(ref _connections);
        return verdict == AddressVerdict.TooMany ? Code.TooManyConnections : Code.ConnectionRateExceeded;
    }

    /// <summary>An admitted connection has ended.</summary>
    public void Leave(IPAddress? remote)
    {
        Interlocked.Decrement(ref _connections);
        _addresses.Leave(AddressKey.OfSubscriber(remote is null ? default : AddressKey.Of(remote)));
    }

    public void Dispose() => _reloading?.Dispose();

    private void Reload(AdmissionOptions options)
    {
        Volatile.Write(ref _rules, new Rules(options));
        Log.RulesReloaded(_logger, options.MaxConnections, options.MaxConnectionsPerAddress, options.Allow.Count, options.Deny.Count);
    }

    private sealed class Rules(AdmissionOptions options)
    {
        public AdmissionOptions Options => options;

        public Networks Allow { get; } = new(options.Allow);

        public Networks Deny { get; } = new(options.Deny);
    }
}
