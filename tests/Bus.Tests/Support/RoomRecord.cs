using static Microservices.Bus.Tests.Support.Messages;

namespace Microservices.Bus.Tests.Support;

/// <summary>Keeps the numbers of the messages it gets; −1 stands for an interruption.</summary>
internal sealed class RoomRecord : IRoomConsumer
{
    public Received<int> Received { get; } = new();

    /// <summary>The messages without the interruptions.</summary>
    public IEnumerable<int> Numbers => Received.Items.Where(number => number >= 0);

    public int Interruptions => Received.Items.Count(number => number < 0);

    /// <summary>Runs before a message is noted.</summary>
    public Func<RoomMessage, CancellationToken, ValueTask> Before { get; init; } = static (_, _) => ValueTask.CompletedTask;

    public async ValueTask HandleAsync(RoomMessage message, CancellationToken cancellationToken)
    {
        await Before(message, cancellationToken);
        Received.Add(Number(message));
    }

    public void Interrupted() => Received.Add(-1);
}
