namespace Microservices.Bus.Tests.Support;

/// <summary>Keeps the numbers of the events it gets; 0 stands for an interruption.</summary>
internal sealed class PresenceRecord : IPresenceConsumer
{
    public Received<ulong> Received { get; } = new();

    /// <summary>The events without the interruptions.</summary>
    public IEnumerable<ulong> Changes => Received.Items.Where(change => change != 0);

    public int Interruptions => Received.Items.Count(change => change == 0);

    /// <summary>Runs before an event is noted.</summary>
    public Func<PresenceEvent, CancellationToken, ValueTask> Before { get; init; } = static (_, _) => ValueTask.CompletedTask;

    public async ValueTask HandleAsync(PresenceEvent change, CancellationToken cancellationToken)
    {
        await Before(change, cancellationToken);
        Received.Add(change.Change);
    }

    public void Interrupted() => Received.Add(0);
}
