using Grpc.Core;
using Microservices.Bus;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microsoft.Extensions.DependencyInjection;
using BusKey = Microservices.Contracts.Bus.SessionKey;
using ChannelsClient = Microservices.Contracts.Register.Channels.ChannelsClient;
using RoomsClient = Microservices.Contracts.Register.Rooms.RoomsClient;
using SessionsClient = Microservices.Contracts.Register.Sessions.SessionsClient;
using TokensClient = Microservices.Contracts.Register.Tokens.TokensClient;

namespace Microservices.Center.Tests.Support;

/// <summary>A gateway as the center sees it: a lease, sessions, a queue.</summary>
internal sealed class TestRoom : IAsyncDisposable
{
    private readonly Lock _sync = new();
    private readonly List<RoomMessage> _messages = [];
    private readonly ServiceProvider _register;
    private readonly IBus _bus;
    private readonly AsyncDuplexStreamingCall<LeaseRequest, LeaseReply> _lease;
    private IAsyncDisposable? _queue;
    private ulong _sessions;

    private TestRoom(ServiceProvider register, IBus bus)
    {
        _register = register;
        _bus = bus;
        _lease = register.GetRequiredService<RoomsClient>().Lease();
    }

    public ulong Incarnation { get; private set; }

    public IReadOnlyList<RoomMessage> Messages
    {
        get
        {
            lock (_sync)
            {
                return [.. _messages];
            }
        }
    }

    public static async Task<TestRoom> OpenAsync(RunningRegister register, IBus bus, string name)
    {
        var room = new TestRoom(register.NewClients(), bus);
        await room._lease.RequestStream.WriteAsync(new LeaseRequest
        {
            Open = new OpenLease
            {
                Room = new RoomDescription
                {
                    Name = name,
                    Zone = "here",
                    Addresses = { new Address { Host = "127.0.0.1", Port = 8124, Transport = "tcp" }, new Address { Host = "::1", Port = 8125, Transport = "tls" } },
                },
            },
        });
        Assert.True(await room._lease.ResponseStream.MoveNext(CancellationToken.None));
        var granted = room._lease.ResponseStream.Current.Granted;
        room.Incarnation = granted.Incarnation;

        // It has no sessions that the store could have lost.
        await room._lease.RequestStream.WriteAsync(new LeaseRequest { Renew = new RenewLease { Refilled = granted.Refill } });
        Assert.True(await room._lease.ResponseStream.MoveNext(CancellationToken.None));
        room._queue = await bus.ConsumeRoomAsync(room.Incarnation, room.TakeAsync, CancellationToken.None);
        return room;
    }

    /// <summary>Logs a user in, with a token made for it.</summary>
    public async Task<BusKey> LoginAsync(string user, string device = "", string app = "default", bool chatClient = false)
    {
        var token = (await _register.GetRequiredService<TokensClient>().IssueAsync(new IssueTokenRequest { App = app, User = user })).Token;
        var session = Interlocked.Increment(ref _sessions);
        var reply = await _register.GetRequiredService<SessionsClient>().ClaimAsync(new ClaimRequest
        {
            Incarnation = Incarnation,
            Claims =
            {
                new Claim
                {
                    App = app, User = user, Device = device, Token = token, Session = session, RemoteAddress = "192.0.2.1:4711",
                    ClientVersion = chatClient ? 1100u : 2u, ChatClient = chatClient, Sdk = chatClient ? "" : "test/1",
                },
            },
        });
        Assert.Equal(ClaimResult.Types.Outcome.Claimed, reply.Results[0].Outcome);
        return new BusKey { Session = session, Epoch = reply.Results[0].Epoch };
    }

    /// <summary>Ends a session; <paramref name="reader"/> is its device under a policy of a session a device.</summary>
    public async Task<bool> EndAsync(string user, BusKey session, string reader = "", string app = "default", uint code = 3004)
    {
        var reply = await _register.GetRequiredService<SessionsClient>().EndAsync(new EndRequest
        {
            Incarnation = Incarnation,
            Sessions = { new EndSession { App = app, User = user, Device = reader, Epoch = session.Epoch, Code = code, SilentMs = 1_000 } },
        });
        return reply.Ended[0];
    }

    /// <summary>Tells register that a session is away, or is back.</summary>
    public async Task<bool> ReportAsync(string user, BusKey session, bool away, string reader = "", string app = "default")
    {
        var reply = await _register.GetRequiredService<SessionsClient>().ReportAsync(new ReportRequest
        {
            Incarnation = Incarnation,
            Sessions =
            {
                new SessionReport
                {
                    App = app, User = user, Device = reader, Epoch = session.Epoch, SilentMs = 2_000, State = away ? SessionState.Away : SessionState.Alive,
                },
            },
        });
        return reply.Taken[0];
    }

    /// <summary>Opens the user's channels, as after a login: its reader counts from then.</summary>
    public async Task<OpenedReader> OpenChannelsAsync(string user, string reader = "", string app = "default")
    {
        var reply = await _register.GetRequiredService<ChannelsClient>().OpenAsync(
            new OpenRequest { Readers = { new OpenReader { App = app, User = user, Device = reader } } });
        return reply.Readers[0];
    }

    /// <summary>Moves the cursor of the user's inbox on.</summary>
    public async Task AcknowledgeAsync(string user, Contracts.Center.ChannelPosition position, string reader = "", string app = "default")
    {
        var reply = await _register.GetRequiredService<ChannelsClient>().AckAsync(new AckRequest
        {
            Acks = { new AckPosition { App = app, User = user, Device = reader, Position = new Position { Epoch = position.Epoch, Seq = position.Seq } } },
        });
        Assert.Equal(AckOutcome.Taken, reply.Outcomes[0]);
    }

    /// <summary>Sends a chat message up.</summary>
    public ValueTask<PublishOutcome> ChatAsync(string user, BusKey session, ulong counter, uint command, string content, params string[] to) =>
        _bus.PublishUplinkAsync(
            new UplinkMessage
            {
                App = "default",
                User = user,
                Incarnation = Incarnation,
                Session = session,
                Counter = counter,
                ReceivedUnixMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
                Chat = new ChatRequest { Command = command, RequestId = $"{user}-{counter}", ChatTo = { to }, ChatContent = content },
            },
            CancellationToken.None);

    /// <summary>The queue goes, as when the gateway has crashed and its queue has expired; the lease still lives.</summary>
    public async Task LoseQueueAsync()
    {
        if (Interlocked.Exchange(ref _queue, null) is { } queue)
        {
            await queue.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await LoseQueueAsync();
        _lease.Dispose();
        await _register.DisposeAsync();
    }

    private ValueTask TakeAsync(RoomMessage message, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            _messages.Add(message);
        }

        return ValueTask.CompletedTask;
    }
}
