using System.Collections.Concurrent;
using Microservices.Client;
using Microservices.Client.Endpoints;
using Microservices.Client.Messages;
using Microservices.Clusters.Crowds;

namespace Microservices.Clusters.Receiving;

/// <summary>A user with a client of the SDK whose handler notes what it gets.</summary>
public sealed class Receiver : IReceiver, IAsyncDisposable
{
    private const int KeptStates = 50;

    private readonly Lock _sync = new();
    private readonly List<Reception> _received = [];
    private readonly ConcurrentQueue<string> _states = new();

    private readonly PushClientOptions _options;

    /// <param name="user">Whose token is stored.</param>
    /// <param name="options">Of the client; for <paramref name="user"/>.</param>
    public Receiver(TestUser user, PushClientOptions options)
    {
        (User, _options) = (user, options);
        Client = NewClient();
    }

    public TestUser User { get; }

    /// <summary>The present one.</summary>
    public PushClient Client { get; private set; }

    public int Logins { get; private set; }

    public int Count
    {
        get
        {
            lock (_sync)
            {
                return _received.Count;
            }
        }
    }

    public IReadOnlyList<Reception> Received
    {
        get
        {
            lock (_sync)
            {
                return [.. _received];
            }
        }
    }

    public string States => string.Join("; ", _states);

    /// <summary>Closes the client, waits, and starts another with the same cursors.</summary>
    public async Task RestartAsync(TimeSpan away)
    {
        await Client.DisposeAsync();
        await Task.Delay(away);
        Client = NewClient();
        Client.Start();
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();

    public override string ToString() => $"{User.Name}: {Client.State.Phase}, {Logins} logins, {Count} messages";

    private PushClient NewClient()
    {
        var client = new PushClient(_options);
        client.PushReceived += Take;
        client.StateChanged += Note;
        return client;
    }

    private void Take(PushMessage push)
    {
        lock (_sync)
        {
            _received.Add(new Reception(Order.Next(), push.Text, push.Id, push.Channel, push.Position));
        }
    }

    private void Note(ClientState state)
    {
        Logins += state.Phase == ClientPhase.Verified ? 1 : 0;
        _states.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {state.Phase} {state.Endpoint?.Port}{(state.Code == 0 ? "" : $" {state.Code}")} {state.Message}");
        if (_states.Count > KeptStates)
        {
            _states.TryDequeue(out _);
        }
    }
}
