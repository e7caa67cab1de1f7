using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microservices.Contracts;
using Microservices.Hosting.Rpc;
using Microservices.Register.Store;

namespace Microservices.Register.Channels;

/// <summary>Where a page of dead letters ended, as text that callers hand back unread: partition, epoch, sequence, user.</summary>
internal static class LetterCursor
{
    private const int MaxLength = 512;
    private const int Parts = 4;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Write(DeadLetterCursor? cursor) => cursor is null
        ? ""
        : Base64Url.EncodeToString(Strict.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{cursor.Partition} {cursor.Position.Epoch} {cursor.Position.Seq} {cursor.User}")));

    /// <exception cref="InvalidRequestException">It was not written by <see cref="Write"/>.</exception>
    public static DeadLetterCursor Read(string text) => text.Length == 0
        ? DeadLetterCursor.Start
        : TryRead(text) ?? throw new InvalidRequestException("cursor", "is not a next_cursor of an earlier page");

    private static DeadLetterCursor? TryRead(string text)
    {
        if (text.Length > MaxLength || !Base64Url.IsValid(text))
        {
            return null;
        }

        try
        {
            return Strict.GetString(Base64Url.DecodeFromChars(text)).Split(' ', Parts) is [var partition, var epoch, var seq, var user]
                && int.TryParse(partition, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number < Partition.Count
                && ulong.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var e)
                && ulong.TryParse(seq, NumberStyles.None, CultureInfo.InvariantCulture, out var s)
                && new LogPosition(e, s) is var position
                && position.IsPossible()
                && (user.Length == 0 || Identifiers.FaultOfName("user", user) is null)
                    ? new DeadLetterCursor(number, user, position)
                    : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
