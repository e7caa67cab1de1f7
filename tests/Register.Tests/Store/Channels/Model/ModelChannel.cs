using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store.Channels.Model;

/// <summary>What must be true of one channel and its readers. Expired entries stay in the model until somebody passes them: when they leave a store is its own affair.</summary>
internal sealed class ModelChannel
{
    private readonly Dictionary<string, (string Text, LogPosition Position, string Id, int End)> _keys = [];

    public List<(LogPosition Position, string Text, int End)> Entries { get; private set; } = [];

    public SortedDictionary<string, ModelReader> Readers { get; } = new(StringComparer.Ordinal);

    public List<(LogPosition Position, string Device)> Dead { get; } = [];

    public LogPosition Head { get; private set; }

    public int Accepted { get; private set; }

    public int Acknowledged { get; private set; }

    public int DeadCount { get; private set; }

    /// <summary>Tick; null = not due.</summary>
    public int? DueAt { get; set; }

    public (LogPosition Position, string Text)[] Waiting(int now) =>
        [.. Entries.Where(entry => entry.End > now).Select(static entry => (entry.Position, entry.Text))];

    /// <summary>What an append must lead to; with <see cref="AppendState.Appended"/> the store says where.</summary>
    public (AppendState State, LogPosition Position, string Id, bool IsDone) Judge(AppendOne append, string id, int now)
    {
        if (append.Key > 0 && _keys.TryGetValue($"{append.Key}", out var known) && known.End > now)
        {
            return known.Text == append.Text
                ? (AppendState.Repeated, known.Position, known.Id, Waiting(now).All(entry => entry.Position != known.Position))
                : (AppendState.KeyReused, default, id, false);
        }

        var waiting = Waiting(now);
        var isAll = append.User == 0;
        if (!isAll && waiting.Length >= ChannelStory.MaxMessages)
        {
            return (AppendState.FullOfMessages, default, id, false);
        }

        return !isAll && waiting.Sum(static entry => entry.Text.Length) + append.Text.Length > ChannelStory.MaxBytes
            ? (AppendState.FullOfBytes, default, id, false)
            : (AppendState.Appended, default, id, false);
    }

    public void Add(AppendOne append, LogPosition position, string id, int now)
    {
        Head = position;
        Entries.Add((position, append.Text, After(now, append.TimeToLive)));
        Accepted++;
        if (append.Key > 0)
        {
            _keys[$"{append.Key}"] = (append.Text, position, id, After(now, append.KeyWindow));
        }

        DueAt = Math.Min(DueAt ?? int.MaxValue, append.IsDueAtOnce ? now : ChannelStep.Never);
    }

    /// <summary>Of "all": the oldest go.</summary>
    public void DropOldest(int now)
    {
        Entries.RemoveAll(entry => entry.End <= now);
        while (Entries.Count > ChannelStory.MaxMessages || Entries.Sum(static entry => entry.Text.Length) > ChannelStory.MaxBytes)
        {
            Entries.RemoveAt(0);
        }
    }

    public ModelReader ReaderOf(string device) => Readers.TryGetValue(device, out var reader) ? reader : Readers[device] = new ModelReader();

    public void Open(OpenInbox open, string device, LogPosition allHead, int now)
    {
        var reader = ReaderOf(device);
        reader.AllCursor ??= allHead;
        LogPosition? givenUp = null;
        if (open.IsAttempt && First(reader, now) is { } first)
        {
            if (reader.Tried == first && reader.Tries >= open.MaxAttempts && now - reader.FirstTry >= open.MinDeadAge)
            {
                givenUp = first;
                reader.Cursor = first;
                Dead.Add((first, device));
            }

            if (First(reader, now) is { } next)
            {
                reader.Try(next, now);
            }
        }

        Trim(givenUp, now);
    }

    public AckOutcome Ack(string device, LogPosition position, int now)
    {
        if (position > Head)
        {
            return AckOutcome.UnknownPosition;
        }

        var reader = ReaderOf(device);
        var moved = position > reader.Cursor;
        reader.Cursor = moved ? position : reader.Cursor;
        Trim(givenUp: null, now);
        return moved ? AckOutcome.Taken : AckOutcome.Unchanged;
    }

    public AckOutcome AckAll(string device, LogPosition position)
    {
        var reader = ReaderOf(device);
        if (reader.AllCursor is { } cursor && position <= cursor)
        {
            return AckOutcome.Unchanged;
        }

        reader.AllCursor = position;
        return AckOutcome.Taken;
    }

    /// <summary>Whether the inbox must be told.</summary>
    public bool TakeDue(bool hasSession, bool isAgainAtOnce, int now)
    {
        if (DueAt is not { } due || due > now)
        {
            return false;
        }

        var waiting = Entries.Where(entry => entry.End > now).ToArray();
        DueAt = waiting.Length == 0 ? null : hasSession ? (isAgainAtOnce ? now : ChannelStep.Never) : waiting.Min(static entry => entry.End);
        return waiting.Length > 0;
    }

    public LogPosition? First(ModelReader reader, int now)
    {
        var behind = Entries.Where(entry => entry.End > now && entry.Position > reader.Cursor).ToArray();
        return behind.Length == 0 ? null : behind[0].Position;
    }

    private static int After(int now, int ticks) => ticks == ChannelStep.Never ? ChannelStep.Never : now + ticks;

    private void Trim(LogPosition? givenUp, int now)
    {
        var lowest = Readers.Values.Min(static reader => reader.Cursor);
        foreach (var (position, _, end) in Entries.Where(entry => entry.Position <= lowest && entry.End > now))
        {
            DeadCount += position == givenUp ? 1 : 0;
            Acknowledged += position == givenUp ? 0 : 1;
        }

        Entries = [.. Entries.Where(entry => entry.Position > lowest)];
        DueAt = Entries.Count == 0 ? null : DueAt;
    }
}
