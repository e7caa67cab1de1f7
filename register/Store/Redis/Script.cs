namespace Microservices.Register.Store.Redis;

/// <summary>A Lua script, embedded in the assembly. Sent once to each server, then named by its hash.</summary>
internal sealed record Script(string Name, string Text)
{
    public static readonly Script RoomsOpen = Load("rooms_open", "refill");
    public static readonly Script RoomsRenew = Load("rooms_renew", "refill");
    public static readonly Script RoomsRelease = Load("rooms_release");
    public static readonly Script RoomsRead = Load("rooms_read", "refill");
    public static readonly Script RoomsDisplace = Load("rooms_displace");
    public static readonly Script SessionsClaim = LoadChanging("sessions_claim");
    public static readonly Script SessionsEnd = LoadChanging("sessions_end");
    public static readonly Script SessionsReport = LoadChanging("sessions_report");
    public static readonly Script SessionsKick = LoadChanging("sessions_kick");
    public static readonly Script SessionsRevoke = LoadChanging("sessions_revoke");
    public static readonly Script RoomsTakeDead = Load("rooms_take_dead");
    public static readonly Script RoomsForget = Load("rooms_forget");
    public static readonly Script ResumeKeys = Load("resume_keys");
    public static readonly Script SessionsList = Load("sessions_list");
    public static readonly Script SessionsSweep = LoadChanging("sessions_sweep");
    public static readonly Script EventsTake = Load("events_take");
    public static readonly Script EventsRemove = Load("events_remove");
    public static readonly Script JobsCreate = Load("jobs_create", "jobs");
    public static readonly Script JobsList = Load("jobs_list", "jobs");
    public static readonly Script JobsTake = Load("jobs_take", "jobs");
    public static readonly Script JobsSave = Load("jobs_save", "jobs");
    public static readonly Script JobsCancel = Load("jobs_cancel", "jobs");
    public static readonly Script AppsRead = Load("apps_read");
    public static readonly Script AppsWrite = Load("apps_write");
    public static readonly Script ChannelsAppend = LoadChannels("channels_append", "");
    public static readonly Script ChannelsOpen = LoadChannels("channels_open", AllowOutOfMemory);
    public static readonly Script ChannelsRead = LoadChannels("channels_read", NoWrites);
    public static readonly Script ChannelsAck = LoadChannels("channels_ack", AllowOutOfMemory);
    public static readonly Script ChannelsTakeDue = LoadChannels("channels_take_due", AllowOutOfMemory);
    public static readonly Script ChannelsInspect = LoadChannels("channels_inspect", NoWrites);
    public static readonly Script ChannelsDead = LoadChannels("channels_dead", AllowOutOfMemory);
    public static readonly Script ChannelsLedger = LoadChannels("channels_ledger", NoWrites);

    // What frees memory goes on when Redis is full.
    private const string AllowOutOfMemory = " flags=allow-oom";
    private const string NoWrites = " flags=no-writes";

    /// <summary>A script that changes sessions, behind what all of these share.</summary>
    private static Script LoadChanging(string name) => Load(name, "session_changes");

    /// <summary>A script of channels. With its first line, Redis refuses all of it or nothing when it takes no writes.</summary>
    private static Script LoadChannels(string name, string flags) =>
        Load(name, "channels") is var script ? script with { Text = $"#!lua{flags}\n{script.Text}" } : script;

    /// <param name="name">The file.</param>
    /// <param name="front">A file of functions that the script uses, put in front of it.</param>
    private static Script Load(string name, string? front = null) => new(name, (front is null ? "" : TextOf(front)) + TextOf(name));

    private static string TextOf(string file)
    {
        using var resource = typeof(Script).Assembly.GetManifestResourceStream($"{typeof(Script).Namespace}.Scripts.{file}.lua")
            ?? throw new InvalidOperationException($"Script {file}.lua is not embedded.");
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd();
    }
}
