using System.Globalization;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>A session that its room must close, in its partition's list: <c>incarnation:session:epoch</c>, and <c>:code</c> unless it was displaced.</summary>
internal static class DisplacedMember
{
    public static RedisValue Write(DisplacedSession session) =>
        $"{Keys.Hex(session.Incarnation)}:{Keys.Hex(session.Session)}:{Keys.Hex(session.Epoch)}"
        + (session.Code == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $":{session.Code}"));

    public static DisplacedSession Read(int partition, string member)
    {
        var parts = member.Split(':');
        return new DisplacedSession(
            partition,
            Keys.FromHex(parts[0]),
            Keys.FromHex(parts[1]),
            Keys.FromHex(parts[2]),
            parts.Length > 3 ? uint.Parse(parts[3], CultureInfo.InvariantCulture) : 0);
    }

    public static DisplacedSession[] Read(int partition, RedisResult members) => [.. ((string[])members!).Select(member => Read(partition, member))];
}
