using System.Threading.Channels;
using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Hosting;
using Microservices.Hosting.Listening;

namespace Microservices.Dispatcher.Tests.Running;

/// <summary>A register that only knows the list of rooms that a test gave it; behind real gRPC and the shared secret.</summary>
internal sealed class FakeRegister : IAsyncDisposable
{
    public const string Secret = "the-secret-of-these-tests";

    private readonly WebApplication _app;
    private readonly Feed _feed;

    private FakeRegister(WebApplication app, Feed feed)
    {
        _app = app;
        _feed = feed;
    }

    public Uri Address => _app.Services.GetRequiredService<BoundEndpoints>().Url(Listeners.Grpc);

    /// <summary>How many dispatchers follow the list now.</summary>
    public int Watchers => _feed.Watchers;

    public static async Task<FakeRegister> StartAsync(RoomList? first, int port = 0)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("ServiceAuth:Secret", Secret)]);
        builder.AddServiceDefaults("fake-register", 0);
        builder.AddGrpcListener(port);
        builder.AddGrpcDefaults().RequireServiceAuth();
        var feed = new Feed();
        if (first is not null)
        {
            feed.Send(first);
        }

        builder.Services.AddSingleton(feed);
        var app = builder.Build();
        app.MapGrpcService<RoomsService>();
        await app.StartAsync();
        return new FakeRegister(app, feed);
    }

    public void Send(RoomList list) => _feed.Send(list);

    public async ValueTask DisposeAsync()
    {
        _feed.End();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    internal sealed class Feed
    {
        private readonly Lock _sync = new();
        private readonly List<Channel<RoomList>> _watchers = [];
        private RoomList? _last;

        public int Watchers
        {
            get
            {
                lock (_sync)
                {
                    return _watchers.Count;
                }
            }
        }

        public void Send(RoomList list)
        {
            lock (_sync)
            {
                _last = list;
                _watchers.ForEach(watcher => watcher.Writer.TryWrite(list));
            }
        }

        public void End()
        {
            lock (_sync)
            {
                _watchers.ForEach(static watcher => watcher.Writer.TryComplete());
            }
        }

        public Channel<RoomList> Join()
        {
            var watcher = Channel.CreateBounded<RoomList>(100);
            lock (_sync)
            {
                _watchers.Add(watcher);
                if (_last is not null)
                {
                    watcher.Writer.TryWrite(_last);
                }
            }

            return watcher;
        }

        public void Leave(Channel<RoomList> watcher)
        {
            lock (_sync)
            {
                _watchers.Remove(watcher);
            }
        }
    }

    internal sealed class RoomsService(Feed feed) : Contracts.Register.Rooms.RoomsBase
    {
        public override async Task Watch(WatchRoomsRequest request, IServerStreamWriter<RoomList> responseStream, ServerCallContext context)
        {
            var watcher = feed.Join();
            try
            {
                await foreach (var list in watcher.Reader.ReadAllAsync(context.CancellationToken))
                {
                    await responseStream.WriteAsync(list, context.CancellationToken);
                }
            }
            catch (OperationCanceledException)
            {
                // The dispatcher left.
            }
            finally
            {
                feed.Leave(watcher);
            }
        }
    }
}
