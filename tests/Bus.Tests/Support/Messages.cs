using System.Globalization;
using Google.Protobuf;

namespace Microservices.Bus.Tests.Support;

/// <summary>Messages that carry a number.</summary>
internal static class Messages
{
    public static RoomMessage Room(int number, int bytes = 0) => new()
    {
        Id = number.ToString(CultureInfo.InvariantCulture),
        Delivery = new Delivery { App = "default", Push = new Push { Payload = ByteString.CopyFrom(new byte[bytes]) } },
    };

    public static int Number(RoomMessage message) => int.Parse(message.Id, CultureInfo.InvariantCulture);

    public static PresenceEvent Presence(int number, string app = "default", PresenceEvent.Types.Kind kind = PresenceEvent.Types.Kind.Online, int bytes = 0) => new()
    {
        Kind = kind,
        App = app,
        User = "ann",
        Epoch = 1,
        Change = (ulong)number,
        NamedDevice = new string('x', bytes),
    };

    public static UplinkMessage Uplink(string user, int number, int bytes = 0) => new()
    {
        App = "default",
        User = user,
        Counter = (ulong)number,
        Chat = new ChatRequest { Command = 2, ChatContent = new string('x', bytes) },
    };
}
