using System.Globalization;
using Microservices.Contracts.Bus;

namespace Microservices.Center.Chat;

/// <summary>Names an uplink message: a repeat of the bus has the same.</summary>
internal readonly record struct UplinkKey(ulong Incarnation, ulong Session, ulong Counter)
{
    /// <summary>As the message's key in register.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"chat:{Incarnation:x16}-{Session:x16}-{Counter}");

    public static UplinkKey Of(UplinkMessage message) => new(message.Incarnation, message.Session?.Session ?? 0, message.Counter);
}
