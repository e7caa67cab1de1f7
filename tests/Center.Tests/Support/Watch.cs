using Grpc.Core;
using Microservices.Contracts.Center;
using Microservices.Testing;
using CenterClient = Microservices.Contracts.Center.Center.CenterClient;

namespace Microservices.Center.Tests.Support;

/// <summary>A watch of presence that is read as fast as it comes.</summary>
internal sealed class Watch : IAsyncDisposable
{
    private readonly AsyncServerStreamingCall<PresenceUpdate> _call;
    private readonly Lock _sync = new();
    private readonly List<PresenceUpdate> _updates = [];
    private readonly Task<RpcException?> _reading;

    private Watch(AsyncServerStreamingCall<PresenceUpdate> call)
    {
        _call = call;
        _reading = ReadAsync();
    }

    public IReadOnlyList<PresenceUpdate> Updates
    {
        get
        {
            lock (_sync)
            {
                return [.. _updates];
            }
        }
    }

    /// <summary>The updates in short: <c>STARTED</c>, <c>Online ann</c>.</summary>
    public IEnumerable<string> Texts => Updates.Select(Presence.PresenceFeedTests.Text);

    /// <summary>Why the center ended it.</summary>
    public Task<RpcException?> Ended => _reading.WaitAsync(Eventually.DefaultDeadline);

    /// <summary>Returns when the center has begun to tell.</summary>
    public static async Task<Watch> StartAsync(CenterClient client, string app = "default", params string[] users)
    {
        var watch = new Watch(client.WatchPresence(new WatchPresenceRequest { App = app, Users = { users } }));
        await watch.SeesAsync("STARTED");
        return watch;
    }

    public Task SeesAsync(params string[] texts) =>
        Eventually.HoldsAsync(() => Texts.SequenceEqual(texts), $"it is told {string.Join(", ", texts)}", () => string.Join(", ", Texts));

    public async ValueTask DisposeAsync()
    {
        _call.Dispose();
        await _reading;
    }

    private async Task<RpcException?> ReadAsync()
    {
        try
        {
            await foreach (var update in _call.ResponseStream.ReadAllAsync())
            {
                lock (_sync)
                {
                    _updates.Add(update);
                }
            }

            return null;
        }
        catch (RpcException ended)
        {
            return ended;
        }
    }
}
