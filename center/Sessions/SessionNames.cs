using Microservices.Contracts.Register;
using BusSessionKey = Microservices.Contracts.Bus.SessionKey;

namespace Microservices.Center.Sessions;

/// <summary>Register's session in the words of the bus and of the API.</summary>
internal static class SessionNames
{
    public static BusSessionKey BusKey(this Session session) => new() { Session = session.Key.Session, Epoch = session.Key.Epoch };

    /// <summary>The device as the client named it; the policy may keep it out of the session's identity.</summary>
    public static string ShownDevice(this Session session) => session.NamedDevice.Length > 0 ? session.NamedDevice : session.Device;
}
