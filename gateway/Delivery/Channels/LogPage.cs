using Microservices.Contracts.Register;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>A part of a channel's log.</summary>
/// <param name="Entries">In their order, all of them in (After, Covered].</param>
/// <param name="After">Where it begins.</param>
/// <param name="Covered">It tells of everything up to here: what is not in it has expired, was given up, or was dropped.</param>
/// <param name="Head">The log's latest entry when it was read; (0, 0) = none.</param>
internal sealed record LogPage(IReadOnlyList<PageEntry> Entries, LogPosition After, LogPosition Covered, LogPosition Head)
{
    public static LogPage Of(string app, ChannelPage page) => new(
        page.Entries.Count == 0 ? [] : [.. page.Entries.Select(entry => PageEntry.Of(app, entry))],
        LogPosition.Of(page.After),
        LogPosition.Of(page.Covered),
        LogPosition.Of(page.Head));

    /// <summary>A page without entries.</summary>
    public static LogPage Empty(LogPosition after, LogPosition head) => new([], after, after, head);
}

/// <param name="Content">Null: nothing that a client gets (a tombstone, a barrier, or what this build does not know).</param>
internal readonly record struct PageEntry(LogPosition Position, KeptContent? Content)
{
    public static PageEntry Of(string app, LogEntry entry) => new(
        LogPosition.Of(entry.Position),
        entry is { Kind: EntryKind.Message, Message: { ContentCase: not Contracts.Bus.KeptMessage.ContentOneofCase.None } message }
            ? KeptContent.Of(app, message, entry.ExpiresUnixMs)
            : null);
}
