using System.Threading.Channels;
using Microservices.Client.Apps;
using Microservices.Client.Connections;
using Microservices.Client.Messages;

namespace Microservices.Client.Receiving;

/// <summary>The bounded queue between the reading loop and the handler, in the order of arrival.</summary>
internal sealed class WaitingMessages(int maxMessages, long maxBytes)
{
    private readonly Channel<WaitingMessage> _queue = Channel.CreateUnbounded<WaitingMessage>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _sync = new();

    // Kept messages that wait or are being handled.
    private readonly Dictionary<(ReaderChannel Channel, MessagePosition Position), WaitingMessage> _kept = [];
    private Load _safe;
    private Load _others;

    /// <summary>Nothing waits, but for what is being handled.</summary>
    public bool IsEmpty => !_queue.Reader.TryPeek(out _);

    public Verdict Add(WaitingMessage message)
    {
        lock (_sync)
        {
            if (message.Position is { } position && _kept.TryGetValue((message.Channel, position), out var waiting))
            {
                waiting.AcknowledgeOn = message.AcknowledgeOn;
                return Verdict.Repeated;
            }

            ref var load = ref message.IsSafe ? ref _safe : ref _others;
            if (load.Messages >= maxMessages || load.Bytes + message.Bytes > maxBytes)
            {
                return message.IsSafe ? Verdict.Refused : Verdict.Dropped;
            }

            load = new Load(load.Messages + 1, load.Bytes + message.Bytes);
            message.IsCountedSafe = message.IsSafe;
            if (message.Position is { } place)
            {
                _kept.Add((message.Channel, place), message);
            }

            _queue.Writer.TryWrite(message);
            return Verdict.Queued;
        }
    }

    public IAsyncEnumerable<WaitingMessage> ReadAllAsync(CancellationToken cancellationToken) => _queue.Reader.ReadAllAsync(cancellationToken);

    /// <summary>The message is done with.</summary>
    /// <returns>Where it is to be acknowledged.</returns>
    public Connection? Remove(WaitingMessage message)
    {
        lock (_sync)
        {
            ref var load = ref message.IsCountedSafe ? ref _safe : ref _others;
            load = new Load(load.Messages - 1, load.Bytes - message.Bytes);
            if (message.Position is { } place)
            {
                _kept.Remove((message.Channel, place));
            }

            return message.AcknowledgeOn;
        }
    }

    private readonly record struct Load(int Messages, long Bytes);
}
