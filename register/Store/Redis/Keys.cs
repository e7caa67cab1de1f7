using System.Globalization;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>Every key in Redis but those of tokens (<see cref="TokenKey"/>). Layout: docs/store-keys.md. Fixed: changes need an ADR.</summary>
internal static class Keys
{
    public static readonly RedisKey Leases = new("{rooms}:leases");
    public static readonly RedisKey Expiry = new("{rooms}:expiry");
    public static readonly RedisKey Load = new("{rooms}:load");
    public static readonly RedisKey Dead = new("{rooms}:dead");
    public static readonly RedisKey Highest = new("{rooms}:highest");
    public static readonly RedisKey Refill = new("{rooms}:refill");
    public static readonly RedisKey Sweepers = new("{rooms}:sweepers");
    public static readonly RedisKey ResumeKeys = new("{keys}:resume");
    public static readonly RedisKey Apps = new("{apps}:apps");
    public static readonly RedisKey AppsRevision = new("{apps}:revision");

    public static readonly RedisKey JobsHighest = new(JobsFront + "highest");

    /// <summary>Front of all keys of the channels "all".</summary>
    public const string AllFront = "{all}:";

    /// <summary>The heads of the channels "all".</summary>
    public static readonly RedisKey Heads = new(AllFront + "heads");

    /// <summary>Front of all keys of jobs.</summary>
    public const string JobsFront = "{jobs}:";

    /// <summary>Front of the keys of what each room must close.</summary>
    public const string CloseFront = "{rooms}:close:";

    public static RedisKey Close(ulong incarnation) => new(CloseFront + Hex(incarnation));

    public static RedisKey Job(string id) => new(JobsFront + "job:" + id);

    public static RedisKey Index(int partition) => new(Front(partition) + "sessions");

    public static RedisKey Displaced(int partition) => new(Front(partition) + "displaced");

    public static RedisKey Events(int partition) => new(Front(partition) + "events");

    /// <summary>The latest change of the partition.</summary>
    public static RedisKey Change(int partition) => new(Front(partition) + "change");

    /// <summary>Who publishes the partition's events.</summary>
    public static RedisKey Relay(int partition) => new(Front(partition) + "relay");

    /// <summary>Front of all keys of a partition.</summary>
    public static string Front(int partition) => string.Create(CultureInfo.InvariantCulture, $"{{p{partition:D4}}}:");

    /// <summary>What is known of a part of the logs.</summary>
    public static RedisKey Log(string front) => new(front + "log");

    public static string UserFront(int partition) => Front(partition) + "user:";

    public static RedisKey User(int partition, string app, string user) => new(UserFront(partition) + SessionMember.OfUser(app, user));

    /// <summary>Front of the keys of what is kept of ended sessions.</summary>
    public static string EndedFront(int partition) => Front(partition) + "ended:";

    public static RedisKey Ended(int partition, string app, string user) => new(EndedFront(partition) + SessionMember.OfUser(app, user));

    public static string RoomFront(int partition) => Front(partition) + "room:";

    public static RedisKey Room(int partition, ulong incarnation) => new(RoomFront(partition) + Hex(incarnation));

    /// <summary>Incarnations, and in the lists of displaced sessions also sessions and epochs: 16 hexadecimal digits.</summary>
    public static string Hex(ulong number) => number.ToString("x16", CultureInfo.InvariantCulture);

    public static string Decimal(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    public static ulong FromHex(ReadOnlySpan<char> text) => ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
