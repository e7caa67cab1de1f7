namespace Microservices.Register.Store.Redis;

/// <summary>A Lua script, embedded in the assembly. Sent once to each server, then named by its hash.</summary>
internal sealed record Script(string Name, string Text)
{
    public static readonly Script RoomsOpen = Load("rooms_open");
    public static readonly Script RoomsRenew = Load("rooms_renew");
    public static readonly Script RoomsRelease = Load("rooms_release");
    public static readonly Script RoomsRead = Load("rooms_read");
    public static readonly Script RoomsDisplace = Load("rooms_displace");
    public static readonly Script SessionsClaim = LoadChanging("sessions_claim");
    public static readonly Script SessionsEnd = LoadChanging("sessions_end");
    public static readonly Script SessionsReport = LoadChanging("sessions_report");
    public static readonly Script SessionsKick = LoadChanging("sessions_kick");
    public static readonly Script SessionsRevoke = LoadChanging("sessions_revoke");
    public static readonly Script SessionsList = Load("sessions_list");
    public static readonly Script SessionsSweep = LoadChanging("sessions_sweep");
    public static readonly Script EventsTake = Load("events_take");
    public static readonly Script EventsRemove = Load("events_remove");
    public static readonly Script AppsRead = Load("apps_read");
    public static readonly Script AppsWrite = Load("apps_write");

    /// <summary>A script that changes sessions, behind what all of these share.</summary>
    private static Script LoadChanging(string name) => new(name, TextOf("session_changes") + TextOf(name));

    private static Script Load(string name) => new(name, TextOf(name));

    private static string TextOf(string name)
    {
        using var resource = typeof(Script).Assembly.GetManifestResourceStream($"{typeof(Script).Namespace}.Scripts.{name}.lua")
            ?? throw new InvalidOperationException($"Script {name}.lua is not embedded.");
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd();
    }
}
