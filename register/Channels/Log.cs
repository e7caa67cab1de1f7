namespace Microservices.Register.Channels;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The entry at epoch {Epoch}, seq {Seq} of a channel can't be read; it is left out")]
    public static partial void EntryUnreadable(ILogger logger, Exception fault, ulong epoch, ulong seq);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The ledger of app {App}, partition {Partition} doesn't balance: {Accepted} accepted; {Acknowledged} acknowledged, {Expired} expired, {Dead} dead, {Pending} pending")]
    public static partial void LedgerUnbalanced(
        ILogger logger, string app, int partition, long accepted, long acknowledged, long expired, long dead, long pending);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The ledger of app {App}, partition {Partition} counts {Pending} messages as pending; the inboxes hold {Measured}")]
    public static partial void LedgerMismeasured(ILogger logger, string app, int partition, long pending, long measured);
}
