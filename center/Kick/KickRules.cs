using System.Text;
using Microservices.Center.Api;
using Microservices.Center.Refusals;
using Microservices.Contracts;
using Microservices.Contracts.Center;
using Target = Microservices.Contracts.Center.StartKickRequest.TargetOneofCase;

namespace Microservices.Center.Kick;

internal static class KickRules
{
    public const int MaxReasonBytes = 256;

    /// <summary>Most users of a job.</summary>
    public const int MaxUsers = 10_000;

    /// <summary>The longest key, characters.</summary>
    public const int MaxKeyLength = 128;

    /// <summary>What register keeps of a job.</summary>
    public const int MaxSpecBytes = 256 * 1024;

    private const int MaxRoomLength = 64;

    public static void Check(KickRequest request)
    {
        Arguments.CheckUsers(request.Users);
        if (request.Device.Length > 0)
        {
            CheckDevice("device", request.Device);
        }

        CheckReason(request.Reason);
    }

    public static void Check(StartKickRequest request)
    {
        switch (request.TargetCase)
        {
            case Target.Users:
                Arguments.CheckUsers(request.Users.Users_, MaxUsers);
                break;
            case Target.Device:
                Arguments.CheckUser(request.Device.User);
                CheckDevice("device.device", request.Device.Device);
                break;
            case Target.Room:
                CheckRoom(request.Room);
                break;
            case Target.Everybody:
                break;
            default:
                throw Arguments.Invalid($"target: there is none; it takes users, device, room or everybody.");
        }

        CheckReason(request.Reason);
        CheckKey(request.Key);
        if (request.CalculateSize() is var bytes && bytes > MaxSpecBytes)
        {
            throw Arguments.Refuse(RefusalCode.TooManyRecipients, $"users: the request has {bytes:N0} bytes; the limit is {MaxSpecBytes:N0}: use several jobs.");
        }
    }

    private static void CheckDevice(string field, string device)
    {
        if (Identifiers.FaultOfName("device", device) is { } fault)
        {
            throw Arguments.Invalid($"{field}: {fault}.");
        }
    }

    private static void CheckRoom(string room)
    {
        if (room.Length is 0 or > MaxRoomLength || room.Any(static letter => letter is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')))
        {
            throw Arguments.Invalid($"room: it has {room.Length} characters; the name of a gateway has 1 to {MaxRoomLength} of a-z, 0-9 and -.");
        }
    }

    private static void CheckKey(string key)
    {
        if (key.Length > MaxKeyLength || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw Arguments.Invalid($"key: it has {key.Length} characters; it takes at most {MaxKeyLength} of visible ASCII.");
        }
    }

    private static void CheckReason(string reason)
    {
        var reasonBytes = Encoding.UTF8.GetByteCount(reason);
        if (reasonBytes > MaxReasonBytes)
        {
            throw Arguments.Invalid($"reason: it has {reasonBytes} bytes; the limit is {MaxReasonBytes}.");
        }

        if (reason.EnumerateRunes().Any(static rune => Rune.IsControl(rune)))
        {
            throw Arguments.Invalid($"reason: it has a control character.");
        }
    }
}
