using System.Globalization;

namespace Microservices.Contracts;

/// <summary>
/// Names of messages: the partition, four digits, a hyphen, and a UUID of version 7 (RFC 9562) — so a message can be found by its name
/// alone, and names sort by time within a partition.
/// </summary>
public static class MessageId
{
    /// <summary>A new name in <paramref name="partition"/>, 41 characters.</summary>
    public static string New(int partition, TimeProvider time) =>
        string.Create(CultureInfo.InvariantCulture, $"{partition:D4}-{Guid.CreateVersion7(time.GetUtcNow()):D}");
}
