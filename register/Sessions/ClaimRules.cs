using System.Text;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Apps;
using Microservices.Register.Store;

namespace Microservices.Register.Sessions;

/// <summary>What a claim must be before the store is asked.</summary>
internal static class ClaimRules
{
    /// <summary>The rule that the claim breaks, or null.</summary>
    public static string? FaultOf(Claim claim, App app, AppDirectory apps) =>
        Identifiers.FaultOfName("user", claim.User)
        ?? (claim.Device.Length == 0 ? FaultOfNoDevice(app) : Identifiers.FaultOfName("device", claim.Device))
        ?? (claim.HasHeldEpoch ? null : FaultOfToken(claim.App, claim.User, apps))
        ?? FaultOfText("remote_address", claim.RemoteAddress, SessionLimits.MaxAddressBytes)
        ?? FaultOfText("sdk", claim.Sdk, SessionLimits.MaxSdkBytes)
        ?? (claim is { HasSignedAtUs: true, SignedAtUs: 0 or > SessionLimits.MaxEpoch } ? $"signed_at_us {claim.SignedAtUs} is no time of a token" : null)
        ?? (claim is { HasHeldEpoch: true, HeldEpoch: 0 or > SessionLimits.MaxEpoch } ? $"held_epoch {claim.HeldEpoch} was never granted" : null)
        ?? (claim.HasHeldEpoch ? FaultOfState(claim.State) : null);

    public static string? FaultOfState(SessionState state) =>
        state is SessionState.Alive or SessionState.Away ? null : $"state {(int)state} is not known";

    /// <summary>
    /// A user of the app default whose name begins with another app's name and a colon shares that app's token key, so that each could
    /// log in with the other's token. The other app has the key.
    /// </summary>
    public static string? FaultOfToken(string app, string user, AppDirectory apps) =>
        TokenKey.AppNamedBy(app, user) is { } named && apps.Find(named) is not null
            ? $"user begins with '{named}:', and {named} is an app: the token belongs to that app's user"
            : null;

    private static string? FaultOfNoDevice(App app) =>
        app.Devices == DevicePolicy.PerDevice ? $"device is empty; app {app.Name} keeps one session per device" : null;

    public static string? FaultOfText(string field, string text, int maxBytes)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        return bytes > maxBytes ? $"{field} has {bytes} bytes; it takes at most {maxBytes}"
            : text.Any(char.IsControl) ? $"{field} has a control character"
            : null;
    }
}
