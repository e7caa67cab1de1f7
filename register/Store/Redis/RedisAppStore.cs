using System.Globalization;
using Google.Protobuf;
using Microservices.Contracts.Register;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>Apps in Redis, in the slot of <c>{apps}</c>: one hash, app → revision and JSON.</summary>
internal sealed class RedisAppStore(RedisClient redis, ILogger<RedisAppStore> logger) : IAppStore
{
    private static readonly RedisKey[] AllKeys = [Keys.Apps, Keys.AppsRevision];

    public async Task<ulong> RevisionAsync(CancellationToken cancellationToken)
    {
        var revision = await redis.CallAsync("apps_revision", static database => database.StringGetAsync(Keys.AppsRevision), cancellationToken);
        return revision.IsNull ? 0 : (ulong)revision;
    }

    public async Task<AppSnapshot> ReadAsync(CancellationToken cancellationToken)
    {
        var result = await redis.RunAsync(Script.AppsRead, AllKeys, [], cancellationToken);
        var flat = (string[])result[1]!;
        List<App> apps = [];
        for (var i = 0; i < flat.Length; i += 2)
        {
            if (Parse(flat[i + 1]) is { } app && app.Name == flat[i])
            {
                apps.Add(app);
            }
            else
            {
                Log.RecordUnreadable(logger, Keys.Apps!, flat[i]);
            }
        }

        return new AppSnapshot(apps, (ulong)result[0]);
    }

    public async Task<AppWrite> WriteAsync(App app, ulong? ifRevision, CancellationToken cancellationToken)
    {
        var body = StoreJson.Write(new App(app) { Revision = 0 });
        var expected = ifRevision?.ToString(CultureInfo.InvariantCulture) ?? "";
        var result = await redis.RunAsync(Script.AppsWrite, AllKeys, [app.Name, body, expected, AppWrite.MaxApps], cancellationToken);
        return new AppWrite((AppWriteState)(int)result[0], (ulong)result[1]);
    }

    private static App? Parse(string stored)
    {
        try
        {
            var end = stored.IndexOf('\n', StringComparison.Ordinal);
            var app = StoreJson.Read<App>(stored[(end + 1)..]);
            app.Revision = ulong.Parse(stored.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture);
            return app;
        }
        catch (Exception fault) when (fault is FormatException or OverflowException or ArgumentException or InvalidJsonException or InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
