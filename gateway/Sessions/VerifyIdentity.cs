using Microservices.Gateway.Resume;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Sessions;

/// <summary>Who a verify says the client is.</summary>
internal static class VerifyIdentity
{
    private const string DefaultApp = "default";

    public static string UserOf(Verify verify) => verify.User.Length > 0 ? verify.User : verify.PhoneNumber;

    public static string AppOf(Verify verify) => verify.App.Length > 0 ? verify.App : DefaultApp;

    /// <summary>
    /// Whether the ticket is of the one whom the verify names. A verify that names no user is the ticket's, and what else it leaves out is
    /// too; one that names a user must be of the same app, user and device.
    /// </summary>
    public static bool Fits(Verify verify, ResumeTicket ticket) => UserOf(verify) is { Length: > 0 } user
        ? (AppOf(verify), user, verify.Device) == (ticket.App, ticket.User, ticket.Device)
        : (verify.App.Length == 0 || verify.App == ticket.App) && (verify.Device.Length == 0 || verify.Device == ticket.Device);
}
