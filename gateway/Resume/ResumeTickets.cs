using System.Buffers;
using System.Buffers.Text;
using Microservices.Gateway.Diagnostics;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Resume;

/// <summary>Writes and reads resume tickets. A ticket proves nothing alone: register takes its epoch once, and only while it is the latest of the session.</summary>
internal sealed class ResumeTickets(TicketKeys keys, IOptions<ResumeOptions> options, TimeProvider time)
{
    /// <summary>The longest ticket in characters; what is longer is not looked at.</summary>
    public static readonly int MaxLength = Base64Url.GetEncodedLength(TicketForm.MaxBytes);

    /// <summary>A ticket for the session, or an empty text: there is no key yet.</summary>
    public string Issue(ResumeTicket ticket)
    {
        if (!options.Value.Issue || keys.Signing is not { } key)
        {
            return "";
        }

        Span<byte> bytes = stackalloc byte[TicketForm.MaxBytes];
        var length = TicketForm.Write(bytes, key, ticket, time.GetUtcNow().ToUnixTimeMilliseconds());
        return length == 0 ? "" : Base64Url.EncodeToString(bytes[..length]);
    }

    /// <summary>Reads what a client showed.</summary>
    /// <param name="text">Anything.</param>
    /// <param name="fault">When there is no ticket: why not. For us, never for the client.</param>
    public ResumeTicket? Read(string text, out TicketOutcome fault)
    {
        Span<byte> bytes = stackalloc byte[TicketForm.MaxBytes];
        if (text.Length > MaxLength)
        {
            fault = TicketOutcome.TooLong;
            return null;
        }

        // White space is no part of a ticket, although the decoder would skip it.
        if (text.AsSpan().ContainsAny(" \t\r\n") || Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done
            || !TicketForm.TryReadKey(bytes[..length], out var keyId))
        {
            fault = TicketOutcome.Malformed;
            return null;
        }

        var ticketBytes = bytes[..length];
        if (keys.Find(keyId) is not { } key)
        {
            fault = TicketOutcome.UnknownKey;
            return null;
        }

        if (!TicketForm.IsSigned(ticketBytes, key))
        {
            fault = TicketOutcome.Forged;
            return null;
        }

        var ticket = TicketForm.Read(ticketBytes, out var issuedMs);
        var isOver = ticket?.Token?.LeftMs(time.GetUtcNow()) == 0;
        fault = ticket is null ? TicketOutcome.Malformed : isOver ? TicketOutcome.TokenExpired : TicketOutcome.Expired;
        return IsFresh(issuedMs) && !isOver ? ticket : null;
    }

    private bool IsFresh(long issuedMs)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var (oldest, youngest) = (now - (long)options.Value.MaxTicketAge.TotalMilliseconds, now + (long)options.Value.ClockSkew.TotalMilliseconds);
        return issuedMs >= oldest && issuedMs <= youngest;
    }
}
