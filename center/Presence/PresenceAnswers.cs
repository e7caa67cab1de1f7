using Microservices.Center.Refusals;
using Microservices.Center.Sessions;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;
using EventKind = Microservices.Contracts.Bus.PresenceEvent.Types.Kind;
using Kind = Microservices.Contracts.Center.PresenceChange.Types.Kind;
using Session = Microservices.Contracts.Register.Session;

namespace Microservices.Center.Presence;

/// <summary>Register's sessions and the events of the bus in the words of the API.</summary>
internal static class PresenceAnswers
{
    public static UserPresence ToUser(UserSessions user) => new()
    {
        User = user.User,
        Online = user.Sessions.Count > 0,
        Sessions = { user.Sessions.Select(ToOnline) },
        LastSeen = user.Sessions.Count > 0 || user.Last is not { } last ? null : new LastSeen
        {
            UnixMs = last.LastSeenUnixMs,
            Device = last.Device,
            RemoteAddress = last.RemoteAddress,
            Code = CodeNames.Of(last.Code),
        },
    };

    public static OnlineSession ToOnline(Session session) => new()
    {
        User = session.User,
        Device = session.ShownDevice(),
        Room = session.Room,
        RemoteAddress = session.RemoteAddress,
        SinceUnixMs = session.SinceUnixMs,
        ClientVersion = session.ClientVersion,
        ChatClient = session.ChatClient,
        Sdk = session.Sdk,
        State = session.State == SessionState.Away ? OnlineState.Away : OnlineState.Alive,
        StateSinceUnixMs = session.StateSinceUnixMs,
        LastSeenUnixMs = session.LastSeenUnixMs,
        Epoch = session.Key.Epoch,
        Change = session.Change,
    };

    public static PresenceUpdate ToUpdate(PresenceEvent told) => new()
    {
        Change = new PresenceChange
        {
            Kind = told.Kind switch
            {
                EventKind.Online => Kind.Online,
                EventKind.Away => Kind.Away,
                EventKind.Back => Kind.Back,
                EventKind.Offline => Kind.Offline,
                _ => Kind.Unspecified,
            },
            User = told.User,
            Device = told.NamedDevice.Length > 0 ? told.NamedDevice : told.Device,
            Epoch = told.Epoch,
            Change = told.Change,
            Code = CodeNames.Of(told.Code),
            Room = told.Room,
            RemoteAddress = told.RemoteAddress,
            AtUnixMs = told.AtUnixMs,
            LastSeenUnixMs = told.LastSeenUnixMs,
            Sdk = told.Sdk,
            ClientVersion = told.ClientVersion,
        },
    };
}
