using System.Threading.Channels;
using Microservices.Client.Apps;
using Microservices.Client.Connections;
using Microservices.Client.Endpoints;
using Microservices.Client.Messages;
using Microservices.Client.Receiving;
using Microservices.Client.Reconnecting;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Client;

/// <summary>
/// A client of the push platform: asks a dispatcher for a gateway, connects, logs in, receives, sends, and connects again when the
/// connection breaks. It runs once: a stopped client stays stopped.
/// </summary>
/// <remarks>
/// Messages are handed over one after another, in the order in which they arrived: first to the event, then to <see cref="PushClientOptions.OnPush"/> or
/// <see cref="PushClientOptions.OnChat"/>. The other events are raised one after another too, and may be so while a message is handled; nothing is
/// read meanwhile, so they should return soon. What a handler throws stops the client, unless <see cref="ReceiveOptions.OnFault"/> says to try
/// a message again, and is thrown by <see cref="Completion"/>. All methods may be called from any thread.
/// </remarks>
public sealed class PushClient : IAsyncDisposable
{
    private readonly PushClientOptions _options;
    private readonly DispatcherClient _dispatcher;
    private readonly SentMessages _sent;
    private readonly Receiver _receiver;
    private readonly Fetches _fetches;
    private readonly BoundApps _apps;
    private readonly Reconnector _reconnector;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _firstLogin = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _sync = new();
    private volatile ClientState _state = new(ClientPhase.Idle);
    private readonly TaskCompletionSource _receiving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _running;

    /// <summary>Creates a client that does nothing yet.</summary>
    /// <exception cref="ArgumentException">An option is missing or bad.</exception>
    public PushClient(PushClientOptions options)
    {
        options.Validate();
        _options = options;
        _dispatcher = new DispatcherClient(options);
        _sent = new SentMessages(options.TimeProvider);
        _receiver = new Receiver(options, HandleAsync, restart => LogRestarted?.Invoke(restart), fault => Raise(HandlerFailed, fault));
        _apps = new BoundApps(options, state => Raise(AppChanged, state));
        _fetches = new Fetches(options, _apps);
        _reconnector = new Reconnector(options, _dispatcher, new Inbox(_receiver, _fetches, _apps, OnError), OnState);
    }

    /// <summary>Chat arrived.</summary>
    public event Action<ChatMessage>? ChatReceived;

    /// <summary>A push from an internal app arrived.</summary>
    public event Action<PushMessage>? PushReceived;

    /// <summary>A channel's log has a new epoch: raised before the first message of it is handed over.</summary>
    public event Action<LogRestart>? LogRestarted;

    /// <summary>With <see cref="FaultAction.Retry"/>: a handler or the cursor store threw this and is tried again.</summary>
    public event Action<Exception>? HandlerFailed;

    /// <summary>A request failed; the connection goes on.</summary>
    public event Action<ServerError>? ErrorReceived;

    /// <summary>The client does something else now.</summary>
    public event Action<ClientState>? StateChanged;

    /// <summary>A further app was bound, is to be bound again, or is no longer bound.</summary>
    public event Action<AppState>? AppChanged;

    /// <summary>What the client is doing.</summary>
    public ClientState State => _state;

    /// <summary>What it did with what arrived.</summary>
    public ReceivedCounts Received => _receiver.Counts;

    /// <summary>Ends when the client has stopped; faulted with a <see cref="PushClientException"/> when a handler threw.</summary>
    public Task Completion => _running ?? Task.CompletedTask;

    /// <summary>Starts the client, and returns at once. Does nothing when it was started before.</summary>
    /// <exception cref="PushClientException">It was closed.</exception>
    public void Start()
    {
        lock (_sync)
        {
            if (_stop.IsCancellationRequested)
            {
                throw new PushClientException(Code.Goodbye, "The client was closed.");
            }

            _running ??= Task.Run(RunAsync);
        }
    }

    /// <summary>Starts the client and waits for its first login.</summary>
    /// <param name="cancellationToken">Ends the wait; the client goes on trying until it is closed.</param>
    /// <exception cref="PushClientException">It stopped; the code says why.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        Start();
        return _firstLogin.Task.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Binds a further app on the client's connection: its messages arrive like those of the client's own app, under their own app's name, and are acknowledged there. The
    /// client binds it again whenever it connects again, until <see cref="UnbindAsync"/> or until the server says stop, for that app: <see cref="AppChanged"/>.
    /// Returns when it is bound for the first time; waits while there is no connection.
    /// </summary>
    /// <param name="login">Who the client is in that app.</param>
    /// <param name="cancellationToken">Ends the wait; the client goes on trying until it is unbound.</param>
    /// <exception cref="ArgumentException">Something is missing in <paramref name="login"/>.</exception>
    /// <exception cref="PushClientException">The app is bound already or the client's own; the server refuses it for good, such as with <see cref="Code.WrongToken"/>; or the client has stopped.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public Task BindAsync(AppLogin login, CancellationToken cancellationToken = default)
    {
        login.Validate();
        return _apps.AddAsync(login, cancellationToken);
    }

    /// <summary>Ends the session of a further app and binds it no more. Returns when it has ended. Messages of it that wait are still handed over.</summary>
    /// <exception cref="PushClientException">The app is not bound: <see cref="Code.NotBound"/>.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the app is unbound all the same.</exception>
    public Task UnbindAsync(string app, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(app);
        return _apps.RemoveAsync(app, cancellationToken);
    }

    /// <summary>Sends chat to one user.</summary>
    /// <returns>The message, taken for sending: an error about it may follow.</returns>
    /// <exception cref="PushClientException">There is no connection, or the message is too long.</exception>
    public ValueTask<SentMessage> SendChatAsync(string to, string text, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(to);
        ArgumentException.ThrowIfNullOrEmpty(text);
        return SendAsync(Command.SingleChat, id => new SingleChat { ChatTo = to, ChatContent = text, Id = id }, cancellationToken);
    }

    /// <summary>Sends chat to several users.</summary>
    /// <inheritdoc cref="SendChatAsync"/>
    public ValueTask<SentMessage> SendGroupChatAsync(IReadOnlyList<string> to, string text, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(to.Count, nameof(to));
        ArgumentException.ThrowIfNullOrEmpty(text);
        return SendAsync(Command.GroupChat, id => new GroupChat { ChatTo = to, ChatContent = text, Id = id }, cancellationToken);
    }

    /// <summary>Sends chat to everybody in the app.</summary>
    /// <inheritdoc cref="SendChatAsync"/>
    public ValueTask<SentMessage> BroadcastChatAsync(string text, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        return SendAsync(Command.BroadcastChat, id => new BroadcastChat { ChatContent = text, Id = id }, cancellationToken);
    }

    /// <summary>
    /// Reads a part of a channel as the server has it; that acknowledges nothing. Waits while there is no connection and while the server says to
    /// come later: the token bounds it. May be called in a handler.
    /// </summary>
    /// <param name="channel"><c>inbox</c> or <c>all</c>.</param>
    /// <param name="after">The page begins behind it.</param>
    /// <param name="limit">How many messages at most, 1 to 100.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PushClientException">The server refuses it, such as with <see cref="Code.UnknownPosition"/>; or the client has stopped.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public Task<MessagePage> FetchAsync(string channel, MessagePosition after, int limit = 20, CancellationToken cancellationToken = default) =>
        FetchAsync(_options.App, channel, after, limit, cancellationToken);

    /// <summary>As <see cref="FetchAsync(string, MessagePosition, int, CancellationToken)"/>, of a further app that is bound.</summary>
    /// <param name="app">The app; or the client's own.</param>
    /// <param name="channel"><c>inbox</c> or <c>all</c>.</param>
    /// <param name="after">The page begins behind it.</param>
    /// <param name="limit">How many messages at most, 1 to 100.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PushClientException">As there; or the app is not bound: <see cref="Code.NotBound"/>.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public Task<MessagePage> FetchAsync(string app, string channel, MessagePosition after, int limit = 20, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(app);
        ArgumentException.ThrowIfNullOrEmpty(channel);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, (int)Fetch.MaxLimit);
        return _fetches.ReadAsync(app == _options.App ? "" : app, channel, after, limit, cancellationToken);
    }

    /// <summary>Reads a kept message, such as one that came without its payload (<see cref="PushMessage.IsNotify"/>).</summary>
    /// <returns>Null: it has expired meanwhile. It has no payload still when that is too long for a frame.</returns>
    /// <exception cref="ArgumentException">The message is not a kept one.</exception>
    /// <inheritdoc cref="FetchAsync(string, MessagePosition, int, CancellationToken)"/>
    public async Task<PushMessage?> FetchAsync(PushMessage notification, CancellationToken cancellationToken = default)
    {
        var position = notification.Position ?? throw new ArgumentException("The message is not a kept one: it has no position.", nameof(notification));
        var page = await _fetches.ReadAsync(_apps.NameOf(notification.App), notification.Channel, position.Before, limit: 1, cancellationToken);
        return page.Messages.FirstOrDefault(message => message.Position == position);
    }

    /// <summary>The heartbeat interval that holds, as the server last said; zero without a connection.</summary>
    public TimeSpan HeartbeatInterval => _reconnector.HeartbeatInterval;

    /// <summary>
    /// Proposes another heartbeat interval, such as a longer one while the application is in the background: at once, and at each login from now
    /// on. The server decides within the app's bounds; <see cref="HeartbeatInterval"/> says what holds.
    /// </summary>
    /// <exception cref="ArgumentException">It is not more than 0 and at most 1 day.</exception>
    public void ProposeHeartbeat(TimeSpan interval)
    {
        Check.That(interval > TimeSpan.Zero && interval <= TimeSpan.FromDays(1), nameof(interval), $"{interval}; it takes more than 0 and at most 1 day");
        _reconnector.ProposeHeartbeat(interval);
    }

    /// <summary>
    /// Waits for the handler that runs, acknowledges what was handled, sends what waits, says goodbye, and stops. Messages that no handler has begun with come
    /// again if they are kept. Not to be waited for in a handler.
    /// </summary>
    public async Task CloseAsync()
    {
        Task? running;
        lock (_sync)
        {
            running = _running;
        }

        if (running is not null)
        {
            await _receiver.StopAsync();
            await Task.WhenAny(_receiving.Task, Task.Delay(_options.CloseTimeout, _options.TimeProvider));
        }

        await _stop.CancelAsync();
        if (running is not null)
        {
            await running;
        }
        else
        {
            OnState(new ClientState(ClientPhase.Stopped) { Code = Code.Goodbye, Message = "Closed before it was started." });
        }
    }

    /// <summary><see cref="CloseAsync"/>, without what a handler threw.</summary>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _dispatcher.Dispose();
        _receiver.Dispose();
        _fetches.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var receiving = ReceiveAsync();
        try
        {
            ConnectionEnd end;
            try
            {
                end = await _reconnector.RunAsync(_stop.Token);
            }
            finally
            {
                // First, so that what a handler throws because of the stop is not taken for a fault of it.
                await _receiver.StopAsync();
                _fetches.Stopped();
                _apps.Stopped();
                await receiving;
            }

            OnState(new ClientState(ClientPhase.Stopped) { Code = end.Code, Message = end.Message });
        }
        catch (Exception fault)
        {
            OnState(new ClientState(ClientPhase.Stopped) { Code = Code.InternalError, Message = fault.Message });
            throw;
        }
    }

    // What ends the receiver by a fault ends the client.
    private async Task ReceiveAsync()
    {
        try
        {
            await _receiver.RunAsync();
        }
        finally
        {
            _receiving.TrySetResult();
            await _stop.CancelAsync();
        }
    }

    private async ValueTask<SentMessage> SendAsync<TBody>(Command command, Func<string, TBody> create, CancellationToken cancellationToken)
        where TBody : IBody<TBody>, new()
    {
        var connection = _reconnector.Current ?? throw new PushClientException(Code.NotVerified, $"Not connected; the client is {_state.Phase}.");
        var message = _sent.Add();
        try
        {
            var frame = FrameWriter.ToArray(ProtocolVersion.Current, command, create(message.Id), connection.MaxSendBytes);
            await connection.SendAsync(frame, cancellationToken);
            return message;
        }
        catch (ProtocolException fault)
        {
            throw new PushClientException(fault.Code, fault.Message, fault);
        }
        catch (ChannelClosedException fault)
        {
            throw new PushClientException(Code.ConnectionLost, "The connection ended before the message was taken.", fault);
        }
    }

    private async ValueTask HandleAsync(WaitingMessage message, CancellationToken cancellationToken)
    {
        if (message.Chat is { } chat)
        {
            ChatReceived?.Invoke(chat);
            await (_options.OnChat?.Invoke(chat, cancellationToken) ?? ValueTask.CompletedTask);
        }
        else if (message.Push is { } push)
        {
            PushReceived?.Invoke(push);
            await (_options.OnPush?.Invoke(push, cancellationToken) ?? ValueTask.CompletedTask);
        }
    }

    private void OnError(ServerError error)
    {
        _sent.Fail(error);
        Raise(ErrorReceived, error);
    }

    private void OnState(ClientState state)
    {
        _state = state;
        if (state.Phase == ClientPhase.Verified)
        {
            _firstLogin.TrySetResult();
        }
        else if (state.Phase == ClientPhase.Stopped)
        {
            _firstLogin.TrySetException(new PushClientException(state.Code, state.Message));
            _ = _firstLogin.Task.Exception; // nobody may be waiting
        }

        Raise(StateChanged, state);
    }

    private static void Raise<T>(Action<T>? handlers, T value)
    {
        try
        {
            handlers?.Invoke(value);
        }
        catch (Exception fault)
        {
            // Wrapped, so that it is not taken for a fault of the link.
            throw new PushClientException(Code.InternalError, $"A handler threw: {fault.Message}", fault);
        }
    }
}
