using Microservices.Client.Apps;
using Microservices.Client.Connections;
using Microservices.Client.Cursors;
using Microservices.Client.Messages;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Client.Receiving;

/// <summary>
/// Saves how far the channels are handled, and acknowledges what is saved: in this order, beside the handler, and for many messages at once.
/// </summary>
internal sealed class Acknowledger(PushClientOptions options, Retries retries) : IDisposable
{
    // Half of what a gateway sends before it waits for an acknowledgement.
    private const int MaxUnsaved = 32;

    private readonly ICursorStore _store = options.Receive.Cursors;
    private readonly TimeProvider _time = options.TimeProvider;
    private readonly Lock _sync = new();
    private readonly Dictionary<ReaderChannel, ChannelProgress> _channels = [];
    private readonly SemaphoreSlim _work = new(0, 1);
    private TaskCompletionSource _hurry = NewSource();
    private int _unsaved;
    private bool _isComplete;

    /// <summary>The cursor of a channel: from the store at first, then as it is.</summary>
    public async ValueTask<MessagePosition?> CursorAsync(ReaderChannel channel, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            if (_channels.TryGetValue(channel, out var known))
            {
                return known.Cursor;
            }
        }

        MessagePosition? saved = null;
        await retries.RunAsync("The cursor store failed", async token => saved = await _store.LoadAsync(channel.CursorKey, token), cancellationToken);
        lock (_sync)
        {
            _channels.Add(channel, new ChannelProgress(saved));
        }

        return saved;
    }

    /// <summary>The message at this position is done with.</summary>
    /// <param name="channel">Its channel; its cursor was asked for before.</param>
    /// <param name="position">Its position.</param>
    /// <param name="acknowledgeOn">The connection that waits for it; null: none.</param>
    /// <param name="isLast">No other message waits.</param>
    public void Done(ReaderChannel channel, MessagePosition position, Connection? acknowledgeOn, bool isLast)
    {
        lock (_sync)
        {
            _channels[channel].Advance(position, acknowledgeOn);
            _unsaved++;
            if (isLast || _unsaved >= MaxUnsaved)
            {
                _hurry.TrySetResult();
            }

            Wake();
        }
    }

    /// <summary>What was done so far is saved and acknowledged; then the loop ends.</summary>
    public void Complete()
    {
        lock (_sync)
        {
            _isComplete = true;
            _hurry.TrySetResult();
            Wake();
        }
    }

    /// <summary>Runs until <see cref="Complete"/>.</summary>
    /// <param name="cancellationToken">Gives up saving.</param>
    /// <exception cref="PushClientException">The store failed.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var isComplete = false;
        while (!isComplete)
        {
            await _work.WaitAsync(cancellationToken);
            await Task.WhenAny(_hurry.Task, Task.Delay(options.Receive.AcknowledgeWithin, _time, cancellationToken));
            var (unsaved, acknowledgements) = Take(out isComplete);
            foreach (var (channel, cursor) in unsaved)
            {
                await retries.RunAsync("The cursor store failed", token => _store.SaveAsync(channel.CursorKey, cursor, token), cancellationToken);
            }

            if (!acknowledgements.All(TryAcknowledge) && !isComplete)
            {
                // The connection's queue is full: later.
                Retain(acknowledgements);
            }
        }
    }

    public void Dispose() => _work.Dispose();

    private (List<(ReaderChannel Channel, MessagePosition Cursor)> Unsaved, List<Acknowledgement> Acknowledgements) Take(out bool isComplete)
    {
        var unsaved = new List<(ReaderChannel, MessagePosition)>();
        var positions = new List<(Connection Connection, ReaderChannel Channel, MessagePosition Position)>();
        lock (_sync)
        {
            foreach (var (channel, progress) in _channels)
            {
                if (progress is { IsUnsaved: true, Cursor: { } cursor })
                {
                    unsaved.Add((channel, cursor));
                    progress.IsUnsaved = false;
                }

                if (progress.AcknowledgeOn is { } connection)
                {
                    positions.Add((connection, channel, progress.AcknowledgeUpTo));
                    progress.AcknowledgeOn = null;
                }
            }

            _unsaved = 0;
            _hurry = NewSource();
            isComplete = _isComplete;
        }

        // A frame acknowledges in one app.
        var acknowledgements = positions.GroupBy(static entry => (entry.Connection, entry.Channel.Reader), static entry => (entry.Channel, entry.Position))
            .SelectMany(static group => group.Chunk(Ack.MaxPositions).Select(chunk => new Acknowledgement(group.Key.Connection, group.Key.Reader.NamedApp, chunk)));
        return (unsaved, [.. acknowledgements]);
    }

    private void Retain(List<Acknowledgement> acknowledgements)
    {
        lock (_sync)
        {
            foreach (var (connection, _, positions) in acknowledgements)
            {
                foreach (var (channel, position) in positions)
                {
                    var progress = _channels[channel];
                    if (progress.AcknowledgeOn is null)
                    {
                        progress.AcknowledgeOn = connection;
                        progress.AcknowledgeUpTo = position;
                    }
                }
            }

            Wake();
        }
    }

    private void Wake()
    {
        if (_work.CurrentCount == 0)
        {
            _work.Release();
        }
    }

    // True: sent, or nobody is there who waits for it.
    private static bool TryAcknowledge(Acknowledgement acknowledgement) => acknowledgement.On.HasEnded
        || acknowledgement.On.TrySend(FrameWriter.ToArray(ProtocolVersion.Current, Command.Ack, new Ack
        {
            Positions = [.. acknowledgement.Positions.Select(static place => new ChannelPosition { Channel = place.Channel.Channel, Epoch = place.Position.Epoch, Seq = place.Position.Seq })],
            App = acknowledgement.App,
        }))
        || acknowledgement.On.HasEnded;

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Acknowledgement(Connection On, string App, (ReaderChannel Channel, MessagePosition Position)[] Positions);
}
