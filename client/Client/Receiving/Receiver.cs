using Microservices.Client.Apps;
using Microservices.Client.Connections;
using Microservices.Client.Messages;
using Microservices.Protocol;

namespace Microservices.Client.Receiving;

/// <summary>
/// Hands messages to the application, one after another in the order in which they arrived, beside the connections:
/// <list type="number">
/// <item>The reading loop puts a message into a bounded queue.</item>
/// <item>A kept one that is not higher than its channel's cursor is a repeat: it is not handed over again, but acknowledged again.</item>
/// <item>The handler takes it; when it throws, the message is not done with.</item>
/// <item>The cursor is saved, then the position is acknowledged, on the connection that sent it (<see cref="Acknowledger"/>).</item>
/// </list>
/// So what is acknowledged was handled and is saved; a process that dies anywhere before sees the message again.
/// </summary>
internal sealed class Receiver : IDisposable
{
    // Channels that one client may have cursors in: "inbox", "all", and what later servers have, in each of its apps.
    private const int MaxChannels = 1_000;

    private readonly PushClientOptions _options;
    private readonly Func<WaitingMessage, CancellationToken, ValueTask> _handle;
    private readonly Action<LogRestart> _onRestart;
    private readonly WaitingMessages _waiting;
    private readonly Retries _retries;
    private readonly Acknowledger _acknowledger;
    private readonly ReceiveCounters _counters = new();
    private readonly HashSet<ReaderChannel> _channels = [];
    private readonly CancellationTokenSource _stop = new();

    public Receiver(
        PushClientOptions options, Func<WaitingMessage, CancellationToken, ValueTask> handle, Action<LogRestart> onRestart, Action<Exception> onFault)
    {
        _options = options;
        _handle = handle;
        _onRestart = onRestart;
        _waiting = new WaitingMessages(options.Receive.MaxQueuedMessages, options.Receive.MaxQueuedBytes);
        _retries = new Retries(options.Receive, options.TimeProvider, _counters, onFault);
        _acknowledger = new Acknowledger(options, _retries);
    }

    public ReceivedCounts Counts => _counters.Now;

    /// <summary>Takes a message, on the reading loop.</summary>
    /// <exception cref="ProtocolException">It names one channel too many.</exception>
    public void Take(WaitingMessage message, Connection from)
    {
        if (message.Position is not null && _channels.Count >= MaxChannels && !_channels.Contains(message.Channel))
        {
            throw new ProtocolException(Code.LimitReached, $"More than {MaxChannels} channels.");
        }

        if (message.Position is not null)
        {
            _channels.Add(message.Channel);
        }

        switch (_waiting.Add(message))
        {
            case Verdict.Repeated:
                _counters.Repeated();
                break;
            case Verdict.Dropped:
                _counters.Dropped();
                break;
            case Verdict.Refused:
                // What was not acknowledged comes again.
                from.End(new ConnectionEnd(ClientAction.Reconnect, Code.SlowConsumer, "The server sent more messages than the client's queue takes."));
                break;
            default:
                break;
        }
    }

    /// <summary>Hands over what arrives, until <see cref="StopAsync"/>.</summary>
    /// <exception cref="PushClientException">A handler or the cursor store failed, and is not to be tried again.</exception>
    public async Task RunAsync()
    {
        using var giveUp = new CancellationTokenSource();
        var acknowledging = AcknowledgeAsync(giveUp.Token);
        try
        {
            await foreach (var message in _waiting.ReadAllAsync(_stop.Token))
            {
                await HandleAsync(message, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // That is how it is ended. What is not handled by now comes again if it is kept, and is lost if it is not.
        }
        finally
        {
            _acknowledger.Complete();
            using var deadline = _options.TimeProvider.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), giveUp, _options.CloseTimeout, Timeout.InfiniteTimeSpan);
            await acknowledging;
        }
    }

    /// <summary>Cancels the handler that runs; the next one is not called. <see cref="RunAsync"/> returns when the handler has.</summary>
    public Task StopAsync() => _stop.CancelAsync();

    public void Dispose()
    {
        _acknowledger.Dispose();
        _stop.Dispose();
    }

    private async Task AcknowledgeAsync(CancellationToken giveUp)
    {
        try
        {
            await _acknowledger.RunAsync(giveUp);
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            // The store takes longer than closing may: the messages come again.
        }
        finally
        {
            // Nothing is handled that could not be saved.
            await _stop.CancelAsync();
        }
    }

    private async ValueTask HandleAsync(WaitingMessage message, CancellationToken cancellationToken)
    {
        var cursor = message.Position is null ? null : await _acknowledger.CursorAsync(message.Channel, cancellationToken);
        if (message.Position is { } place && place <= cursor)
        {
            _counters.Repeated();
        }
        else
        {
            var restart = message.Position is { } first && cursor is { } old && first.Epoch > old.Epoch ? new LogRestart(message.Channel.Channel, old, first) { App = message.Channel.Reader.NamedApp } : null;
            await _retries.RunAsync(
                "A handler threw",
                token =>
                {
                    if (restart is not null)
                    {
                        _onRestart(restart);
                        restart = null;
                    }

                    return _handle(message, token);
                },
                cancellationToken);
            _counters.Handled();
        }

        var acknowledgeOn = _waiting.Remove(message);
        if (message.Position is { } position)
        {
            _acknowledger.Done(message.Channel, position, acknowledgeOn, _waiting.IsEmpty);
        }
    }
}
