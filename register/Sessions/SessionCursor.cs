using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microservices.Contracts;
using Microservices.Hosting.Rpc;
using Microservices.Register.Store;

namespace Microservices.Register.Sessions;

/// <summary>Where a page of a list ended, as text that callers hand back unread.</summary>
internal static class SessionCursor
{
    private const int MaxLength = 4_096;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Write(SessionPosition? position) => position is null
        ? ""
        : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{position.Partition:D4}{position.Member}")));

    /// <exception cref="InvalidRequestException">It was not written by <see cref="Write"/>.</exception>
    public static SessionPosition Read(string cursor)
    {
        if (cursor.Length == 0)
        {
            return SessionPosition.Start;
        }

        return TryRead(cursor, out var position)
            ? position
            : throw new InvalidRequestException("cursor", "is not a next_cursor of an earlier page");
    }

    private static bool TryRead(string cursor, out SessionPosition position)
    {
        position = SessionPosition.Start;
        if (cursor.Length > MaxLength || !Base64Url.IsValid(cursor))
        {
            return false;
        }

        try
        {
            var text = Strict.GetString(Base64Url.DecodeFromChars(cursor));
            if (text.Length < 4 || !int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
                || partition >= Partition.Count || (text.Length > 4 && SessionMember.Parse(text[4..]) is null))
            {
                return false;
            }

            position = new SessionPosition(partition, text[4..]);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
