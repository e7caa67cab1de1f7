using Microservices.Contracts.Register;

namespace Microservices.Register.Store;

/// <summary>
/// The logs of channels, their readers' cursors, and what became of the entries. A user's channels live in the user's partition, beside the sessions;
/// the channels "all" of all apps live together. Batches don't throw: what a part of the store didn't answer says so, and may yet take effect.
/// The other members throw <see cref="StoreUnavailableException"/>.
/// </summary>
/// <remarks>
/// <para>Ledger, per app, of inboxes: each entry is counted as accepted when it is appended, and once when it leaves the log: acknowledged (a cursor
/// passed it and it was the last reader's, before it expired), expired (its time had come), or dead (the last reader gave it up, in
/// <see cref="OpenAsync"/>, before it expired). Counters change in the step that changes the log.</para>
/// <para>Expired entries are not read and not counted as waiting by limits once they have been looked at; they leave the log when a cursor passes them, at
/// an append that meets a full inbox, or in <see cref="TakeDueAsync"/>.</para>
/// <para>A log's epoch is max(its own, that of its part of the store). A part takes a new one (max(previous + 1, store time in µs)) when it notices, in the
/// very step that appends, that its server is another or was restarted, or that nothing is known. A new log begins with store time: never with a position
/// that a log of that name may have given out before.</para>
/// </remarks>
internal interface IChannelStore
{
    /// <summary>
    /// Appends, each atomically and those of one channel in their order; an inbox's sessions are read after it. The key is looked at first: a repeat of what
    /// was taken is told so by a full inbox too, and what was refused leaves no key. A full inbox refuses; a full "all" drops its oldest, all of them for
    /// one that is longer than its limit. The inbox is due after its <see cref="AppendRules.AckTimeout"/> at the latest.
    /// </summary>
    Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<Append> appends, CancellationToken cancellationToken);

    /// <summary>
    /// A reader begins: its cursors, made where it has none (inbox: at the beginning; "all": at <see cref="Opening.AllHead"/>), and the page behind the
    /// inbox's. Counts an attempt of the first entry of the page, and gives it up where the rules say so: the cursor passes it, and it is kept as a dead
    /// letter (code not_acknowledged); then the page begins with the next, whose first attempt this is. null: its part of the store didn't answer.
    /// </summary>
    Task<IReadOnlyList<Opened?>> OpenAsync(IReadOnlyList<Opening> readers, PageLimits limits, CancellationToken cancellationToken);

    /// <summary>Reads behind positions; null: its part of the store didn't answer.</summary>
    Task<IReadOnlyList<LogPage?>> ReadAsync(IReadOnlyList<LogRead> reads, PageLimits limits, CancellationToken cancellationToken);

    /// <summary>
    /// Moves cursors on. What all readers of an inbox have passed leaves the log; an inbox without entries is due no more. A cursor of "all" is taken as it is (the first one always),
    /// one of an inbox only up to the head (an older epoch's position is never beyond it); one beyond changes nothing, and makes no reader. A reader that is
    /// not known is made (here and in <see cref="OpenAsync"/>), while there are fewer than <see cref="Reader.Most"/>; then it takes the place of the one that
    /// was seen least recently. Both members forget readers first that were not seen for <see cref="Reader.KeepUnseen"/>.
    /// </summary>
    Task<IReadOnlyList<AckOutcome>> AckAsync(IReadOnlyList<Acknowledgement> acks, CancellationToken cancellationToken);

    /// <summary>The heads of all channels "all", by app.</summary>
    Task<IReadOnlyDictionary<string, LogPosition>> HeadsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Inboxes of a partition that are due, at most <paramref name="limit"/>: expired entries leave them, and the due time of those that still hold some becomes
    /// <paramref name="again"/> from now, so that of several callers one gets each. Without stored sessions an inbox is due again when the first of its entries expires;
    /// it is told all the same. <paramref name="limit"/> counts those that were looked at: what held only expired entries is not told.
    /// </summary>
    Task<IReadOnlyList<DueInbox>> TakeDueAsync(int partition, int limit, TimeSpan again, CancellationToken cancellationToken);

    /// <summary>What is kept for a user.</summary>
    Task<StoredInbox> InspectAsync(string app, string user, CancellationToken cancellationToken);

    /// <summary>
    /// Dead letters of one user, or (user = null) of all users of an app in the partition that <paramref name="after"/> names, and of no other; those of one user
    /// in the order in which they were given up.
    /// </summary>
    Task<DeadLetterPage> DeadLettersAsync(string app, string? user, DeadLetterCursor after, int limit, CancellationToken cancellationToken);

    /// <summary>The counters of one partition. With <paramref name="measure"/>, the entries of its inboxes are counted too.</summary>
    Task<LedgerCounts> LedgerAsync(string app, int partition, bool measure, CancellationToken cancellationToken);
}

/// <summary>What an app allows and asks for; see KeepPolicy in register.proto. All set: defaults are filled in.</summary>
/// <param name="KeyWindow">For so long after its append a key names its message, also one that is done. A repeat doesn't prolong it.</param>
internal sealed record AppendRules(int MaxMessages, long MaxBytes, TimeSpan AckTimeout, TimeSpan KeyWindow);

/// <param name="User">Empty = the channel "all".</param>
/// <param name="MessageId">Of this message; a repeat is told that of the first.</param>
/// <param name="Content">A KeptMessage of bus.proto; its length is what the byte limits count. Kept as it is: it must not change afterwards.</param>
/// <param name="Key">Empty = none.</param>
/// <param name="Digest">16 bytes that tell what the key names: of all of the content but its id.</param>
/// <param name="TimeToLive">More than zero.</param>
internal sealed record Append(
    string App, string User, string MessageId, ReadOnlyMemory<byte> Content, string Key, ReadOnlyMemory<byte> Digest, TimeSpan TimeToLive, AppendRules Rules)
{
    /// <summary>When it expires, Unix time in ms.</summary>
    /// <param name="now">Store time, µs.</param>
    public long ExpiresMs(long now) => (now + (long)TimeToLive.TotalMicroseconds) / 1_000;
}

internal enum AppendState
{
    Appended,

    /// <summary>A message with its key and digest was appended before.</summary>
    Repeated,

    /// <summary>A message with its key and another digest was appended before.</summary>
    KeyReused,

    /// <summary>The inbox has its most messages.</summary>
    FullOfMessages,

    /// <summary>The inbox has its most bytes, or would have more.</summary>
    FullOfBytes,

    Unavailable,
}

/// <param name="Position">Of the message (Repeated: of the first). (0, 0) of one that was refused.</param>
/// <param name="ExpiresUnixMs">Repeated: of the first; 0 of one that was refused.</param>
/// <param name="MessageId">Its own. Repeated: that of the first.</param>
/// <param name="Done">Repeated: it isn't in the log any more, or has expired.</param>
/// <param name="Sessions">Appended, Repeated: stored sessions of the user after the append; live or not. Of inboxes only.</param>
internal sealed record AppendOutcome(
    AppendState State, LogPosition Position, long ExpiresUnixMs, string MessageId, bool Done, IReadOnlyList<Session> Sessions)
{
    public static readonly AppendOutcome Unavailable = new(AppendState.Unavailable, LogPosition.Start, 0, "", false, []);

    public static AppendOutcome Appended(Append append, LogPosition position, long expiresUnixMs) =>
        new(AppendState.Appended, position, expiresUnixMs, append.MessageId, Done: false, []);

    public static AppendOutcome Refused(AppendState state, string messageId) => new(state, LogPosition.Start, 0, messageId, Done: false, []);
}

/// <summary>Who reads a channel.</summary>
/// <param name="Device">Set exactly under a per-device policy; otherwise empty.</param>
internal sealed record Reader(string App, string User, string Device)
{
    /// <summary>A user has at most so many readers.</summary>
    public const int Most = 16;

    /// <summary>A reader that was not seen for so long is forgotten; the others' acknowledgements then count without it.</summary>
    public static readonly TimeSpan KeepUnseen = TimeSpan.FromDays(30);
}

/// <param name="IsAttempt">A new connection: the first entry is sent once more.</param>
/// <param name="MaxAttempts">An entry that was sent so often is given up, at the next attempt …</param>
/// <param name="MinDeadAge">… if the first attempt is at least so long ago. Other openings neither count nor give up.</param>
internal sealed record Opening(Reader Reader, LogPosition AllHead, bool IsAttempt, int MaxAttempts, TimeSpan MinDeadAge);

/// <param name="GaveUp">A message became a dead letter.</param>
internal sealed record Opened(LogPage Inbox, LogPosition AllCursor, bool GaveUp = false);

/// <param name="User">Empty = the channel "all".</param>
internal sealed record LogRead(string App, string User, LogPosition After);

/// <param name="MaxMessages">At least 1.</param>
/// <param name="MaxBytes">A first entry that is longer comes all the same.</param>
internal sealed record PageLimits(int MaxMessages, int MaxBytes);

/// <param name="Covered">The page tells of everything in (After, Covered]; the head when nothing is left behind it, or After if that is further.</param>
/// <param name="Head">Of the log when it was read.</param>
internal sealed record LogPage(IReadOnlyList<StoredEntry> Entries, LogPosition After, LogPosition Covered, LogPosition Head);

internal sealed record StoredEntry(LogPosition Position, EntryKind Kind, ReadOnlyMemory<byte> Content, long ExpiresUnixMs);

/// <param name="All">The cursor in "all"; otherwise in the inbox.</param>
internal sealed record Acknowledgement(Reader Reader, bool All, LogPosition Position);

/// <param name="Sessions">Stored sessions; live or not.</param>
internal sealed record DueInbox(string App, string User, LogPosition Head, IReadOnlyList<Session> Sessions);

internal sealed record StoredInbox(LogPosition Head, int Messages, long Bytes, IReadOnlyList<StoredReader> Readers);

/// <param name="Cursor">In the inbox.</param>
/// <param name="Attempts">Of the first entry behind the cursor.</param>
internal sealed record StoredReader(string Device, LogPosition Cursor, long SeenUnixMs, int Attempts);

/// <param name="Code">Why: a number of proto/codes.csv.</param>
internal sealed record StoredDeadLetter(string User, string Device, StoredEntry Entry, uint Code, int Attempts, long DiedUnixMs)
{
    /// <summary>A user has at most so many; the oldest go first.</summary>
    public const int Most = 1_000;

    /// <summary>For so long they are kept, at least.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromDays(90);

    /// <summary>not_acknowledged of proto/codes.csv.</summary>
    public const uint NotAcknowledged = 4522;
}

/// <summary>Where a page ended.</summary>
/// <param name="Partition">Counts where all users are asked for.</param>
/// <param name="User">Of the last letter. Counts where all users are asked for.</param>
/// <param name="Position">Where the last letter stands among those of its user, in the store's own numbers; not the position of its entry.</param>
internal sealed record DeadLetterCursor(int Partition, string User, LogPosition Position)
{
    public static readonly DeadLetterCursor Start = new(0, "", LogPosition.Start);
}

/// <param name="Next">Null: there is nothing more, of the user or in this partition.</param>
internal sealed record DeadLetterPage(IReadOnlyList<StoredDeadLetter> Letters, DeadLetterCursor? Next);

/// <param name="Pending">What is in the log, as counted along.</param>
/// <param name="Measured">What is in the log, counted now; null = not asked for.</param>
internal sealed record LedgerCounts(long Accepted, long Acknowledged, long Expired, long Dead, long Pending, long? Measured);
