using Microservices.Center.Refusals;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;
using ApiDeadLetter = Microservices.Contracts.Center.DeadLetter;
using ApiReader = Microservices.Contracts.Center.InboxReader;
using DeadLetter = Microservices.Contracts.Register.DeadLetter;
using InboxReader = Microservices.Contracts.Register.InboxReader;

namespace Microservices.Center.Messages;

/// <summary>Register's channels in the words of the API.</summary>
internal static class MessageAnswers
{
    /// <summary>Of kept chat.</summary>
    private const string ChatContentType = "text/plain; charset=utf-8";

    public static ChannelPosition ToApi(this Position position) => new() { Epoch = position.Epoch, Seq = position.Seq };

    public static GetInboxReply ToReply(Inbox inbox) => new()
    {
        Head = ToPosition(inbox.Head),
        Messages = inbox.Messages,
        Bytes = inbox.Bytes,
        Readers = { inbox.Readers.Select(ToReader) },
    };

    public static ListDeadLettersReply ToReply(DeadLetters page) => new()
    {
        Letters = { page.Letters.Select(ToLetter) },
        NextCursor = page.NextCursor,
    };

    public static GetLedgerReply ToReply(Ledger ledger) => new()
    {
        Accepted = ledger.Accepted,
        Acknowledged = ledger.Acknowledged,
        Expired = ledger.Expired,
        Dead = ledger.Dead,
        Pending = ledger.Pending,
        MeasuredPending = ledger.MeasuredPending,
        Complete = ledger.Complete,
    };

    private static ApiReader ToReader(InboxReader reader) => new()
    {
        Device = reader.Device,
        Acknowledged = ToPosition(reader.Cursor),
        SeenUnixMs = reader.SeenUnixMs,
        Attempts = reader.Attempts,
    };

    private static ApiDeadLetter ToLetter(DeadLetter letter)
    {
        var message = letter.Entry?.Message;
        return new ApiDeadLetter
        {
            User = letter.User,
            MessageId = message?.Id ?? "",
            Position = ToPosition(letter.Entry?.Position),
            Device = letter.Device,
            Code = CodeNames.Of(letter.Code),
            Attempts = letter.Attempts,
            DiedUnixMs = letter.DiedUnixMs,
            Type = message?.Push?.Type ?? "",
            ContentType = message?.Push?.ContentType ?? (message?.Chat is null ? "" : ChatContentType),
            Payload = message?.Push?.Payload ?? Google.Protobuf.ByteString.CopyFromUtf8(message?.Chat?.ChatContent ?? ""),
        };
    }

    // (0, 0) may be left out on the wire.
    private static ChannelPosition ToPosition(Position? position) => position?.ToApi() ?? new ChannelPosition();
}
