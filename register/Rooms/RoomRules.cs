using System.Buffers;
using System.Text;
using Microservices.Contracts.Register;
using Microservices.Hosting.Rpc;

namespace Microservices.Register.Rooms;

/// <summary>What a room may say of itself.</summary>
internal static class RoomRules
{
    public const int MaxClosedAtOnce = 10_000;
    private const int MaxNameLength = 64;
    private const int MaxAddresses = 32;
    private const int MaxHostLength = 255;
    private const int MaxLabels = 32;
    private const int MaxTextBytes = 128;
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");
    private static readonly string[] Transports = ["tcp", "tls", "ws", "wss"];

    /// <exception cref="InvalidRequestException">It breaks a rule.</exception>
    public static void Check(RoomDescription? room)
    {
        Require(room is not null, "room", "is missing");
        Require(room!.Name.Length is > 0 and <= MaxNameLength, "room.name", $"has {room.Name.Length} characters; it takes 1 to {MaxNameLength}");
        Require(!room.Name.AsSpan().ContainsAnyExcept(NameCharacters), "room.name", "has a character other than a-z, 0-9 and -");
        Require(room.Addresses.Count <= MaxAddresses, "room.addresses", $"{room.Addresses.Count} are more than {MaxAddresses}");
        foreach (var address in room.Addresses)
        {
            Require(address.Host.Length is > 0 and <= MaxHostLength, "room.addresses.host", $"has {address.Host.Length} characters; it takes 1 to {MaxHostLength}");
            CheckText("room.addresses.host", address.Host, MaxHostLength);
            Require(address.Port is > 0 and <= 65_535, "room.addresses.port", $"{address.Port} is outside of 1 to 65535");
            Require(Transports.Contains(address.Transport), "room.addresses.transport", "is none of tcp, tls, ws and wss");
        }

        CheckText("room.zone", room.Zone);
        CheckText("room.software_version", room.SoftwareVersion);
        Require(room.Labels.Count <= MaxLabels, "room.labels", $"{room.Labels.Count} are more than {MaxLabels}");
        foreach (var (key, value) in room.Labels)
        {
            CheckText("room.labels", key);
            CheckText("room.labels", value);
        }
    }

    /// <exception cref="InvalidRequestException">It breaks a rule.</exception>
    public static void Check(RenewLease renewal) =>
        Require(renewal.Closed.Count <= MaxClosedAtOnce, "renew.closed", $"{renewal.Closed.Count} are more than {MaxClosedAtOnce}");

    private static void CheckText(string field, string text, int max = MaxTextBytes)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        Require(bytes <= max, field, $"has {bytes} bytes; it takes at most {max}");
        Require(!text.Any(char.IsControl), field, "has a control character");
    }

    private static void Require(bool holds, string field, string fault)
    {
        if (!holds)
        {
            throw new InvalidRequestException(field, fault);
        }
    }
}
