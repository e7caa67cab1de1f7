using System.Collections.Concurrent;
using Microservices.Client;
using Microservices.Client.Endpoints;
using Microservices.Client.Messages;
using Microservices.Clusters;
using Microservices.Testing;

namespace Microservices.Integration.Tests.Sdk;

/// <summary>A user with the client SDK, who keeps what arrives.</summary>
internal sealed class SdkUser : IAsyncDisposable
{
    private readonly Cluster _cluster;

    private SdkUser(Cluster cluster, PushClient client)
    {
        (_cluster, Client) = (cluster, client);
        client.ChatReceived += Chats.Enqueue;
        client.PushReceived += Pushes.Enqueue;
        client.ErrorReceived += Errors.Enqueue;
        client.StateChanged += States.Enqueue;
    }

    public PushClient Client { get; }

    public ConcurrentQueue<ChatMessage> Chats { get; } = new();

    public ConcurrentQueue<PushMessage> Pushes { get; } = new();

    public ConcurrentQueue<ServerError> Errors { get; } = new();

    public ConcurrentQueue<ClientState> States { get; } = new();

    /// <summary>The port of the gateway that it is connected to; null while it isn't.</summary>
    public int? GatewayPort => Client.State is { Phase: ClientPhase.Verified, Endpoint.Port: var port } ? port : null;

    /// <summary>Asks the cluster's dispatcher, connects and logs in.</summary>
    public static Task<SdkUser> ConnectAsync(Cluster cluster, TestUser user) =>
        ConnectAsync(cluster, user, [new Uri($"http://127.0.0.1:{cluster.Dispatchers[0].Port}")], []);

    /// <summary>Connects to this address and logs in.</summary>
    public static Task<SdkUser> ConnectAsync(Cluster cluster, TestUser user, Endpoint endpoint, Func<PushMessage, CancellationToken, ValueTask>? onPush = null) =>
        ConnectAsync(cluster, user, [], [endpoint], onPush);

    private static async Task<SdkUser> ConnectAsync(
        Cluster cluster, TestUser user, Uri[] dispatchers, Endpoint[] endpoints, Func<PushMessage, CancellationToken, ValueTask>? onPush = null)
    {
        var sdk = new SdkUser(cluster, new PushClient(new PushClientOptions
        {
            Dispatchers = dispatchers,
            Endpoints = endpoints,
            User = user.Name,
            Token = user.Token,
            OnPush = onPush,
            Reconnect = new ReconnectOptions { InitialDelay = TimeSpan.FromMilliseconds(100), MaxDelay = TimeSpan.FromSeconds(1) },
        }));
        try
        {
            using var patience = new CancellationTokenSource(Eventually.DefaultDeadline);
            await sdk.Client.ConnectAsync(patience.Token);
            return sdk;
        }
        catch (Exception fault)
        {
            var state = sdk.State();
            await sdk.DisposeAsync();
            throw new InvalidOperationException($"{user.Name} could not connect: {fault.Message}\n{state}", fault);
        }
    }

    public Task WaitAsync(Func<SdkUser, bool> condition, string what) => Eventually.HoldsAsync(() => condition(this), what, State, TimeSpan.FromSeconds(60));

    public ValueTask DisposeAsync() => Client.DisposeAsync();

    private string State() => $"{string.Join('\n', States)}\nerrors: {string.Join("; ", Errors)}\n{_cluster.State()}";
}
