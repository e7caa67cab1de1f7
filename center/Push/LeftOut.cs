using Microservices.Center.Sessions;
using Microservices.Contracts.Register;

namespace Microservices.Center.Push;

/// <summary>Sessions that a push doesn't reach, since it isn't text.</summary>
internal static class LeftOut
{
    public static string Sentence(IEnumerable<Session> sessions)
    {
        var devices = sessions.Select(static session => session.ShownDevice().Length > 0 ? $"'{session.ShownDevice()}'" : $"one at room {session.Room}");
        return $"Left out, since the payload is not UTF-8 text: {string.Join(", ", devices)}.";
    }
}
