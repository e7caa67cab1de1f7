using System.Text;
using Microservices.Center.Api;
using Microservices.Contracts;
using Microservices.Contracts.Center;

namespace Microservices.Center.Kick;

internal static class KickRules
{
    public const int MaxReasonBytes = 256;

    public static void Check(KickRequest request)
    {
        Arguments.CheckUsers(request.Users);
        if (request.Device.Length > 0 && Identifiers.FaultOfName("device", request.Device) is { } fault)
        {
            throw Arguments.Invalid($"device: {fault}.");
        }

        var reasonBytes = Encoding.UTF8.GetByteCount(request.Reason);
        if (reasonBytes > MaxReasonBytes)
        {
            throw Arguments.Invalid($"reason: it has {reasonBytes} bytes; the limit is {MaxReasonBytes}.");
        }

        if (request.Reason.EnumerateRunes().Any(static rune => Rune.IsControl(rune)))
        {
            throw Arguments.Invalid($"reason: it has a control character.");
        }
    }
}
