using System.Threading.Channels;
using Microservices.Client.Connections;
using Microservices.Client.Endpoints;
using Microservices.Client.Messages;
using Microservices.Client.Reconnecting;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Client;

/// <summary>
/// A client of the push platform: asks a dispatcher for a gateway, connects, logs in, receives, sends, and connects again when the
/// connection breaks. It runs once: a stopped client stays stopped.
/// </summary>
/// <remarks>
/// Events are raised one after another, and nothing more is read while one is handled: hand long work over. What a handler throws
/// stops the client and is thrown by <see cref="Completion"/>. All methods may be called from any thread.
/// </remarks>
public sealed class PushClient : IAsyncDisposable
{
    private readonly PushClientOptions _options;
    private readonly DispatcherClient _dispatcher;
    private readonly SentMessages _sent;
    private readonly Reconnector _reconnector;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _firstLogin = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _sync = new();
    private volatile ClientState _state = new(ClientPhase.Idle);
    private Task? _running;

    /// <summary>Creates a client that does nothing yet.</summary>
    /// <exception cref="ArgumentException">An option is missing or bad.</exception>
    public PushClient(PushClientOptions options)
    {
        options.Validate();
        _options = options;
        _dispatcher = new DispatcherClient(options);
        _sent = new SentMessages(options.TimeProvider);
        _reconnector = new Reconnector(options, _dispatcher, new Inbox(OnChat, OnPush, OnError), OnState);
    }

    /// <summary>Chat arrived.</summary>
    public event Action<ChatMessage>? ChatReceived;

    /// <summary>A push from an internal app arrived.</summary>
    public event Action<PushMessage>? PushReceived;

    /// <summary>A request failed; the connection goes on.</summary>
    public event Action<ServerError>? ErrorReceived;

    /// <summary>The client does something else now.</summary>
    public event Action<ClientState>? StateChanged;

    /// <summary>What the client is doing.</summary>
    public ClientState State => _state;

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

    /// <summary>Sends what waits, says goodbye, and stops. Not to be waited for in a handler.</summary>
    public async Task CloseAsync()
    {
        Task? running;
        lock (_sync)
        {
            running = _running;
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
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            var end = await _reconnector.RunAsync(_stop.Token);
            OnState(new ClientState(ClientPhase.Stopped) { Code = end.Code, Message = end.Message });
        }
        catch (Exception fault)
        {
            OnState(new ClientState(ClientPhase.Stopped) { Code = Code.InternalError, Message = fault.Message });
            throw;
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

    private void OnChat(ChatMessage chat) => Raise(ChatReceived, chat);

    private void OnPush(PushMessage push) => Raise(PushReceived, push);

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
