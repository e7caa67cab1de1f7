using System.Collections.Concurrent;
using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;

namespace Microservices.Gateway.Tests.Running;

/// <summary>Logs of channels and cursors in memory, as a register has them: one reader a user. A channel is (app, user); without a user it is "all".</summary>
internal sealed class FakeLogs
{
    private readonly Lock _sync = new();
    private readonly Dictionary<(string App, string User), List<LogEntry>> _logs = [];
    private readonly Dictionary<(string App, string User, bool All), Position> _cursors = [];
    private ulong _seq;

    /// <summary>The log epoch of what is appended from now on.</summary>
    public ulong Epoch { get; set; } = 1_000;

    public ConcurrentQueue<OpenRequest> Opens { get; } = new();

    public ConcurrentQueue<ReadRequest> Reads { get; } = new();

    public ConcurrentQueue<AckRequest> Acks { get; } = new();

    /// <summary>Run before a call is answered; may wait or throw.</summary>
    public Func<OpenRequest, Task>? OnOpen { get; set; }

    /// <inheritdoc cref="OnOpen"/>
    public Func<ReadRequest, Task>? OnRead { get; set; }

    /// <inheritdoc cref="OnOpen"/>
    public Func<AckRequest, Task>? OnAck { get; set; }

    /// <summary>Answers of acknowledgements of these users, in place of the real ones.</summary>
    public ConcurrentDictionary<string, AckOutcome> ForcedAcks { get; } = new();

    /// <summary>Appends a push with <paramref name="text"/>.</summary>
    public Position Append(string user, string text, string app = "default", long expiresUnixMs = 0, bool notifyOnly = false) =>
        Append(app, user, new KeptMessage { Id = $"id-{text}", Audience = Audience.One, NotifyOnly = notifyOnly, Push = new Push { Payload = ByteString.CopyFromUtf8(text), Sender = "server" } }, expiresUnixMs);

    public Position Append(string app, string user, KeptMessage message, long expiresUnixMs = 0)
    {
        lock (_sync)
        {
            var log = LogOf(app, user);
            var seq = user.Length == 0 ? ++_seq : log.Count == 0 ? 1 : log[^1].Position.Seq + 1;
            var position = new Position { Epoch = Epoch, Seq = seq };
            log.Add(new LogEntry { Position = position, Message = message, ExpiresUnixMs = expiresUnixMs });
            return position;
        }
    }

    /// <summary>The heads of the channels "all".</summary>
    public IReadOnlyList<ChannelHead> Heads()
    {
        lock (_sync)
        {
            return [.. _logs.Where(static log => log.Key.User.Length == 0 && log.Value.Count > 0)
                .Select(static log => new ChannelHead { App = log.Key.App, Epoch = log.Value[^1].Position.Epoch, Seq = log.Value[^1].Position.Seq })];
        }
    }

    /// <summary>An entry leaves its log: a hole is left.</summary>
    public void Remove(string user, Position position, string app = "default")
    {
        lock (_sync)
        {
            // What it held stays as a place, so that the head does.
            var entry = LogOf(app, user).Single(entry => entry.Position.Equals(position));
            entry.Message = null;
        }
    }

    /// <summary>The store is empty, and positions are of another epoch.</summary>
    public void Lose(ulong epoch)
    {
        lock (_sync)
        {
            _logs.Clear();
            _cursors.Clear();
            Epoch = epoch;
        }
    }

    public Position? CursorOf(string user, bool all = false, string app = "default")
    {
        lock (_sync)
        {
            return _cursors.GetValueOrDefault((app, user, all));
        }
    }

    public OpenedReader Open(OpenReader reader, int limit)
    {
        lock (_sync)
        {
            var all = CursorOf(reader.User, all: true, reader.App);
            if (all is null)
            {
                _cursors[(reader.App, reader.User, true)] = all = reader.AllHead;
            }

            return new OpenedReader { Inbox = Read(reader.App, reader.User, CursorOf(reader.User, all: false, reader.App) ?? new Position(), limit), AllCursor = all };
        }
    }

    public ChannelPage Read(string app, string user, Position after, int limit)
    {
        lock (_sync)
        {
            var log = LogOf(app, user);
            var head = log.Count == 0 ? new Position() : log[^1].Position;
            var behind = log.Where(entry => IsBehind(entry.Position, after)).ToArray();
            var page = behind.Where(static entry => entry.Message is not null).Take(limit).ToArray();
            var isAll = page.Length == behind.Count(static entry => entry.Message is not null);
            return new ChannelPage
            {
                Entries = { page },
                After = after,
                Covered = isAll ? (IsBehind(head, after) ? head : after) : page[^1].Position,
                Head = head,
            };
        }
    }

    public AckOutcome Acknowledge(AckPosition ack)
    {
        lock (_sync)
        {
            if (ForcedAcks.TryGetValue(ack.User, out var forced))
            {
                return forced;
            }

            var key = (ack.App, ack.User, ack.All);
            if (_cursors.TryGetValue(key, out var cursor) && !IsBehind(ack.Position, cursor))
            {
                return AckOutcome.Unchanged;
            }

            _cursors[key] = ack.Position;
            return AckOutcome.Taken;
        }
    }

    private static bool IsBehind(Position position, Position other) => (position.Epoch, position.Seq).CompareTo((other.Epoch, other.Seq)) > 0;

    private List<LogEntry> LogOf(string app, string user)
    {
        if (!_logs.TryGetValue((app, user), out var log))
        {
            _logs[(app, user)] = log = [];
        }

        return log;
    }
}
