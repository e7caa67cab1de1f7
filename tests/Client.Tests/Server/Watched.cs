using System.Collections.Concurrent;
using Microservices.Client.Endpoints;
using Microservices.Client.Messages;
using Microservices.Testing;

namespace Microservices.Client.Tests.Server;

/// <summary>A client whose events a test can wait for. Its pauses are short unless told otherwise.</summary>
internal sealed class Watched : IAsyncDisposable
{
    public static readonly ReconnectOptions Quick = new() { InitialDelay = TimeSpan.FromMilliseconds(5), MaxDelay = TimeSpan.FromMilliseconds(20) };

    private readonly ManualTime? _time;

    public Watched(PushClientOptions options)
    {
        _time = options.TimeProvider as ManualTime;
        Client = new PushClient(options);
        Client.StateChanged += States.Enqueue;
        Client.ChatReceived += Chats.Enqueue;
        Client.PushReceived += Pushes.Enqueue;
        Client.ErrorReceived += Errors.Enqueue;
    }

    public Watched(params Endpoint[] endpoints)
        : this(new PushClientOptions { User = "ann", Token = "t1", Endpoints = endpoints, Reconnect = Quick })
    {
    }

    public PushClient Client { get; }

    public ConcurrentQueue<ClientState> States { get; } = [];

    public ConcurrentQueue<ChatMessage> Chats { get; } = [];

    public ConcurrentQueue<PushMessage> Pushes { get; } = [];

    public ConcurrentQueue<ServerError> Errors { get; } = [];

    public Task Until(ClientPhase phase) => Until(() => Client.State.Phase == phase, $"phase {phase}");

    public Task Until(Func<bool> condition, string what) => Eventually.HoldsAsync(condition, what, () => string.Join('\n', States));

    public async ValueTask DisposeAsync()
    {
        var closing = Client.DisposeAsync().AsTask();
        await (_time?.AdvanceUntilAsync(closing, TimeSpan.FromSeconds(1)) ?? closing.WaitAsync(Eventually.DefaultDeadline));
    }
}
