using System.Globalization;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Microservices.Register.Tests.Service;

namespace Microservices.Register.Tests.Store;

/// <summary>
/// The layout of the store is a contract: old and new registers run side by side on it. A test that fails here means an ADR, and code
/// that reads both forms; see docs/store-keys.md.
/// </summary>
public sealed class RedisLayoutTests(RedisFixture fixture)
{
    private const string App = "layout";
    private const string User = "an:n{%}";
    private const ulong Room = 0x0006_4000_0000_00ff;

    [Fact]
    public async Task Session_IsStoredUnderTheseKeys()
    {
        await using var fixture = new RedisFixture();
        var sessions = (await fixture.StoresAsync()).Sessions;
        var partition = $"{{p{Partition.Of(App, User):D4}}}";

        var epoch = Assert.Single((await sessions.ClaimAsync([Claim("ta:b")], CancellationToken.None)).Outcomes).Epoch;

        Assert.Equal("{p0966}", partition);
        var record = await fixture.CliAsync("hgetall", partition + ":user:layout:an%3An%7B%25%7D");
        var ms = epoch / 1000;
        Assert.Equal(
            $"d=ta%3Ab\n1\n{epoch}\n00064000000000ff\n00000000000000ab\nta:b\n1100\n1\n192.0.2.1:50000\ndotnet/0.1\n0\n{ms}\n{ms}\n{epoch}", record);
        Assert.Equal(
            $"1\n1\n0\n{epoch}\n00064000000000ff\n{ms}\n0\n{ms}\nlayout:an%3An%7B%25%7D:d=ta%3Ab\nta:b\n1100\n192.0.2.1:50000\ndotnet/0.1\n{epoch}",
            await fixture.CliAsync("zrange", partition + ":events", "0", "-1", "withscores"));
        Assert.Equal($"{epoch}", await fixture.CliAsync("get", partition + ":change"));
        Assert.Equal("layout:an%3An%7B%25%7D:d=ta%3Ab", await fixture.CliAsync("zrangebylex", partition + ":sessions", "[layout:", "(layout;"));
        Assert.Equal("layout:an%3An%7B%25%7D:d=ta%3Ab", await fixture.CliAsync("zrange", partition + ":room:00064000000000ff", "0", "-1"));
        var displaced = Assert.Single((await sessions.RevokeAsync(App, User, CancellationToken.None)).ToTell);
        Assert.Equal($"00064000000000ff:00000000000000ab:{epoch:x16}:4002", await fixture.CliAsync("zrange", partition + ":displaced", "0", "-1"));
        Assert.StartsWith("r\n1", await fixture.CliAsync("hgetall", partition + ":user:layout:an%3An%7B%25%7D"), StringComparison.Ordinal);
        Assert.Matches(
            $@"^d=ta%3Ab\n1\n{epoch + 1}\n{epoch}\n\d{{13}}\n\d{{13}}\n4002\nta:b\n192\.0\.2\.1:50000$",
            await fixture.CliAsync("hgetall", partition + ":ended:layout:an%3An%7B%25%7D"));
        await sessions.SettleAsync([displaced], CancellationToken.None);
        Assert.Equal("0", await fixture.CliAsync("exists", partition + ":displaced", partition + ":sessions:layout", partition + ":room:00064000000000ff"));
    }

    [Fact]
    public async Task Session_WrittenByANewerRegister_IsRead()
    {
        var sessions = (await fixture.StoresAsync()).Sessions;
        var key = $"{{p{Partition.Of(App, "newer"):D4}}}:user:layout:newer";
        await fixture.CliAsync("hset", key, "s", "2\n1754000000000001\n00064000000000ff\n00000000000000ab\nphone\n7\n1\n192.0.2.1:5\nsdk\nunheard of");

        var read = Assert.Single(Assert.Single(await sessions.LookupAsync(App, ["newer"], CancellationToken.None)));

        Assert.Equal((1754000000000001ul, 0xabul, "phone", 7u, true, "sdk"), (read.Key.Epoch, read.Key.Session, read.NamedDevice, read.ClientVersion, read.ChatClient, read.Sdk));
        Assert.Equal([true], await sessions.EndAsync([new SessionEnd(App, "newer", 1754000000000001)], CancellationToken.None));
    }

    [Fact]
    public async Task Session_WrittenByAnOlderRegister_IsReadAndChanged()
    {
        var sessions = (await fixture.StoresAsync()).Sessions;
        var key = $"{{p{Partition.Of(App, "older"):D4}}}:user:layout:older";
        await fixture.CliAsync("hset", key, "s", "1\n1754000000000001\n00064000000000ff\n00000000000000ab\nphone\n7\n1\n192.0.2.1:5\nsdk");

        var read = Assert.Single(Assert.Single(await sessions.LookupAsync(App, ["older"], CancellationToken.None)));

        Assert.Equal((SessionState.Alive, 1754000000000, 1754000000000, 0ul), (read.State, read.StateSinceUnixMs, read.LastSeenUnixMs, read.Change));
        var away = new StateReport(App, "older", 1754000000000001, SessionState.Away, SilentMs: 0);
        Assert.Equal([ReportOutcome.Changed], await sessions.ReportAsync([away], CancellationToken.None));
        Assert.Equal(SessionState.Away, Assert.Single(Assert.Single(await sessions.LookupAsync(App, ["older"], CancellationToken.None))).State);
    }

    [Fact]
    public async Task Session_WrittenByANewerRegister_KeepsItsLinesWhenItsStateChanges()
    {
        var sessions = (await fixture.StoresAsync()).Sessions;
        var key = $"{{p{Partition.Of(App, "newer-state"):D4}}}:user:layout:newer-state";
        await fixture.CliAsync("hset", key, "s", "2\n1754000000000001\n00064000000000ff\n00000000000000ab\nphone\n7\n1\n192.0.2.1:5\nsdk\n0\n5\n6\n7\nunheard of");

        await sessions.ReportAsync([new StateReport(App, "newer-state", 1754000000000001, SessionState.Away, SilentMs: 0)], CancellationToken.None);

        Assert.EndsWith("\nunheard of", await fixture.CliAsync("hget", key, "s"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Floor_IsStoredUnderTheseKeys()
    {
        await using var own = new RedisFixture();
        var sessions = (await own.StoresAsync()).Sessions;

        await sessions.KickAsync(App, [new SessionKick(User), new SessionKick(User, "ta:b")], CancellationToken.None);

        const string Key = "{p0966}:ended:layout:an%3An%7B%25%7D";
        Assert.Matches(@"^1\n\d{16}\n0\n\d{13}\n0\n0$", await own.CliAsync("hget", Key, "*"));
        Assert.Equal("*\nd=ta%3Ab", string.Join('\n', (await own.CliAsync("hkeys", Key)).Split('\n').Order(StringComparer.Ordinal)));
        Assert.InRange(int.Parse(await own.CliAsync("ttl", Key), CultureInfo.InvariantCulture), 29 * 86_400, 30 * 86_400);
    }

    [Fact]
    public async Task Outbox_IsStoredUnderTheseKeys()
    {
        await using var own = new RedisFixture();
        var stores = await own.StoresAsync();
        await stores.Sessions.ClaimAsync([Claim("phone")], CancellationToken.None);

        var turn = await stores.Outbox.TakeAsync(966, "me", TimeSpan.FromSeconds(10), 10, CancellationToken.None);

        Assert.Matches($@"^{turn.Fence} \d{{16}} me$", await own.CliAsync("get", "{p0966}:relay"));
        Assert.True(await stores.Outbox.RemoveAsync(966, turn.Fence, turn.Through, CancellationToken.None));
        Assert.Equal("0", await own.CliAsync("exists", "{p0966}:events"));
        Assert.Equal(OutboxState.Empty, (await stores.Outbox.TakeAsync(966, "me", TimeSpan.FromSeconds(10), 10, CancellationToken.None)).State);
        Assert.Equal("0", await own.CliAsync("exists", "{p0966}:relay"));
    }

    [Fact]
    public async Task Room_IsStoredUnderTheseKeys()
    {
        var rooms = (await fixture.StoresAsync()).Rooms;

        var (incarnation, refill) = await rooms.OpenAsync(TestRoom.Description("one"), TimeSpan.FromMinutes(10), default);
        await rooms.RenewAsync(incarnation, new RoomLoad(3, 2, true, refill), [], TimeSpan.FromMinutes(10), Judgement.None, default);
        await rooms.DisplaceAsync([new DisplacedSession(0, incarnation, 0xab, 0xcd)], default);

        Assert.Equal(
            """{ "name": "one", "addresses": [ { "host": "127.0.0.1", "port": 8124, "transport": "tcp" } ], "zone": "here", "labels": { "kind": "test" }, "softwareVersion": "0.1.0", "capacity": 1000 }""",
            await fixture.CliAsync("hget", "{rooms}:leases", $"{incarnation:x16}"));
        Assert.Equal($"3 2 1 {refill}", await fixture.CliAsync("hget", "{rooms}:load", $"{incarnation:x16}"));
        Assert.Matches($"^{refill}\n[0-9]{{16}}\n[0-9a-f]{{40}}:[0-9a-f]{{40}}\n$", await fixture.CliAsync("get", "{rooms}:refill") + "\n");
        // Tests beside this one open rooms too.
        Assert.InRange(ulong.Parse(await fixture.CliAsync("get", "{rooms}:highest")), incarnation, incarnation + 3_600_000_000);
        Assert.NotEqual("", await fixture.CliAsync("zscore", "{rooms}:expiry", $"{incarnation:x16}"));
        Assert.Equal("00000000000000ab:00000000000000cd", await fixture.CliAsync("zrange", $"{{rooms}}:close:{incarnation:x16}", "0", "-1"));
        await rooms.ReleaseAsync(incarnation, default);
        while (await rooms.TakeDeadAsync("sweeper-1", TimeSpan.FromMinutes(10), default) is var taken && taken != incarnation)
        {
            Assert.NotEqual(0ul, taken);
        }

        Assert.Matches("^[0-9]{16} sweeper-1$", await fixture.CliAsync("hget", "{rooms}:sweepers", $"{incarnation:x16}"));
        Assert.NotEqual("", await fixture.CliAsync("zscore", "{rooms}:dead", $"{incarnation:x16}"));
        Assert.Equal("0", await fixture.CliAsync("exists", $"{{rooms}}:close:{incarnation:x16}"));
    }

    [Fact]
    public async Task ResumeKey_IsStoredUnderThisKey()
    {
        var keys = (await fixture.StoresAsync()).ResumeKeys;

        var read = await keys.ReadAsync(new byte[32], TimeSpan.FromDays(1), TimeSpan.FromDays(7), default);

        var key = Assert.Single(read.Keys);
        Assert.Equal($"{key.Id}\n{key.MadeAt} {new string('0', 64)}", await fixture.CliAsync("hgetall", "{keys}:resume"));
    }

    [Fact]
    public async Task Job_IsStoredUnderTheseKeys()
    {
        var jobs = (await fixture.StoresAsync()).Jobs;

        var id = (await jobs.CreateAsync(App, "layout-kind", ByteString.CopyFromUtf8("spec"), "key", default))!.Id;

        Assert.Equal(id, await fixture.CliAsync("get", "{jobs}:key:layout:layout-kind:key"));
        Assert.Equal(id, await fixture.CliAsync("zrange", "{jobs}:free:layout-kind", "0", "-1"));
        Assert.Equal(id, await fixture.CliAsync("zrange", "{jobs}:app:layout", "0", "-1"));
        Assert.NotEqual("", await fixture.CliAsync("zscore", "{jobs}:unfinished", id));
        var taken = await jobs.TakeAsync(["layout-kind"], TimeSpan.FromMinutes(1), default);
        Assert.NotEqual("", await fixture.CliAsync("zscore", "{jobs}:held:layout-kind", id));
        Assert.Equal("0", await fixture.CliAsync("exists", "{jobs}:free:layout-kind"));
        await jobs.SaveAsync(id, taken!.Fence, ByteString.CopyFromUtf8("half"), JobState.Failed, "why", TimeSpan.FromMinutes(1), default);
        var record = (await fixture.CliAsync("hgetall", "{jobs}:job:" + id)).Split('\n');
        string[] fields = ["kind", "app", "spec", "key", "progress", "state", "failure", "cancel", "fence", "created", "saved"];
        Assert.Equal(fields, record.Where((_, i) => i % 2 == 0));
        Assert.Equal(["layout-kind", App, "spec", "key", "half", "2", "why", "0", "1"], record.Where((_, i) => i % 2 == 1).Take(9));
        Assert.NotEqual("", await fixture.CliAsync("zscore", "{jobs}:ended", id));
        Assert.Equal("0", await fixture.CliAsync("exists", "{jobs}:held:layout-kind"));
        Assert.Equal("", await fixture.CliAsync("zscore", "{jobs}:unfinished", id));
        Assert.True(ulong.Parse(await fixture.CliAsync("get", "{jobs}:highest"), CultureInfo.InvariantCulture) > 0);
    }

    [Fact]
    public async Task App_IsStoredUnderTheseKeys()
    {
        var apps = (await fixture.StoresAsync()).Apps;

        var app = new App { Name = App, Devices = DevicePolicy.PerDevice, Chat = new ChatPolicy { Users = true }, Sender = "s" };
        var revision = (await apps.WriteAsync(app, ifRevision: null, default)).Revision;

        Assert.Equal(
            revision + "\n" + """{ "name": "layout", "devices": 1, "chat": { "users": true }, "sender": "s" }""",
            await fixture.CliAsync("hget", "{apps}:apps", App));
        Assert.True(ulong.Parse(await fixture.CliAsync("get", "{apps}:revision"), CultureInfo.InvariantCulture) >= revision);
    }

    [Fact]
    public async Task App_WrittenByANewerRegister_IsRead()
    {
        var apps = (await fixture.StoresAsync()).Apps;
        await fixture.CliAsync("hset", "{apps}:apps", "newer-app", """17{"name":"newer-app","devices":9,"unheard":{"of":1}}""".Insert(2, "\n"));

        var read = Assert.Single((await apps.ReadAsync(default)).Apps, app => app.Name == "newer-app");

        Assert.Equal((9, 17ul), ((int)read.Devices, read.Revision));
    }

    [Fact]
    public async Task Inbox_IsStoredUnderTheseKeys()
    {
        await using var own = new RedisFixture();
        var channels = (await own.StoresAsync()).Channels;
        const string Name = "layout:an%3An%7B%25%7D";
        const string Front = "{p0966}:";

        var first = Assert.Single(await channels.AppendAsync([NewAppend(User, "k:1", "one")], CancellationToken.None));
        var second = Assert.Single(await channels.AppendAsync([NewAppend(User, "", "two")], CancellationToken.None));

        var epoch = first.Position.Epoch;
        Assert.Equal((1ul, 2ul, epoch), (first.Position.Seq, second.Position.Seq, second.Position.Epoch));
        Assert.Equal($"{epoch - 1} {epoch} {await ReplicationIdAsync(own)}", await own.CliAsync("get", Front + "log"));
        Assert.Equal($"{epoch} 2 2 6 {first.ExpiresUnixMs}", await own.CliAsync("get", Front + "head:" + Name));
        Assert.Equal(
            $"{epoch}-1\nc\none\nx\n{first.ExpiresUnixMs}\nk\n0\n{epoch}-2\nc\ntwo\nx\n{second.ExpiresUnixMs}\nk\n0",
            await own.CliAsync("xrange", Front + "entries:" + Name, "-", "+"));
        Assert.Equal($"{epoch}-1 {first.ExpiresUnixMs} 0102030405060708090a0b0c0d0e0f10 id-one", await own.CliAsync("get", Front + "key:" + Name + ":k%3A1"));
        Assert.Equal($"{Name}\n{first.ExpiresUnixMs - 3_600_000 + 30_000}", await own.CliAsync("zrange", Front + "due", "0", "-1", "withscores"));
        Assert.Equal("accepted\n2\npending\n2", await SortedHashAsync(own, Front + "ledger:layout"));
        Assert.Equal(
            string.Join('\n', new[] { "log", "head:" + Name, "entries:" + Name, "key:" + Name + ":k%3A1", "due", "ledger:layout" }.Select(key => Front + key).Order(StringComparer.Ordinal)),
            string.Join('\n', (await own.CliAsync("keys", Front + "*")).Split('\n').Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Readers_AndDeadLetters_AreStoredUnderTheseKeys()
    {
        await using var own = new RedisFixture();
        var channels = (await own.StoresAsync()).Channels;
        const string Name = "layout:an%3An%7B%25%7D";
        const string Front = "{p0966}:";
        var first = Assert.Single(await channels.AppendAsync([NewAppend(User, "", "one")], CancellationToken.None)).Position;
        var opening = new Opening(new Reader(App, User, "ta:b"), new LogPosition(7, 8), IsAttempt: true, MaxAttempts: 1, MinDeadAge: TimeSpan.Zero);
        var limits = new PageLimits(10, 1_000);
        Assert.NotNull(Assert.Single(await channels.OpenAsync([opening], limits, CancellationToken.None)));

        Assert.Matches(
            $@"^a:d=ta%3Ab\n7-8\ni:d=ta%3Ab\n0-0 \d{{13}}\nt:d=ta%3Ab\n{first.Epoch}-1 1 \d{{13}}$", await SortedHashAsync(own, Front + "readers:" + Name));
        await channels.OpenAsync([opening], limits, CancellationToken.None);

        Assert.Matches($@"^a:d=ta%3Ab\n7-8\ni:d=ta%3Ab\n{first.Epoch}-1 \d{{13}}$", await SortedHashAsync(own, Front + "readers:" + Name));
        Assert.Matches(
            $@"^\d{{13}}-0\nc\none\nx\n\d{{13}}\nk\n0\np\n{first.Epoch}-1\nr\nd=ta%3Ab\nw\n4522\nn\n1$",
            await own.CliAsync("xrange", Front + "dead:" + Name, "-", "+"));
        Assert.Equal(Name, await own.CliAsync("zrange", Front + "dead", "0", "-1"));
        Assert.Equal("accepted\n1\ndead\n1\npending\n0", await SortedHashAsync(own, Front + "ledger:layout"));
        await channels.AckAsync([new Acknowledgement(new Reader(App, User, ""), All: true, new LogPosition(7, 9))], CancellationToken.None);
        Assert.Equal("7-9", await own.CliAsync("hget", Front + "readers:" + Name, "a:s"));
    }

    [Fact]
    public async Task All_IsStoredUnderTheseKeys()
    {
        await using var own = new RedisFixture();
        var channels = (await own.StoresAsync()).Channels;

        var outcome = Assert.Single(await channels.AppendAsync([NewAppend("", "key", "one")], CancellationToken.None));

        var epoch = outcome.Position.Epoch;
        Assert.Equal($"layout\n{epoch} 1", await own.CliAsync("hgetall", "{all}:heads"));
        Assert.Equal($"{epoch} 1 1 3 {outcome.ExpiresUnixMs}", await own.CliAsync("get", "{all}:head:layout"));
        Assert.Equal($"{epoch}-1\nc\none\nx\n{outcome.ExpiresUnixMs}\nk\n0", await own.CliAsync("xrange", "{all}:entries:layout", "-", "+"));
        Assert.Equal($"{epoch - 1} {epoch} {await ReplicationIdAsync(own)}", await own.CliAsync("get", "{all}:log"));
        Assert.Equal(
            "{all}:entries:layout\n{all}:head:layout\n{all}:heads\n{all}:key:layout:key\n{all}:log",
            string.Join('\n', (await own.CliAsync("keys", "{all}*")).Split('\n').Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Scripts_AreSentOnceAndThenNamedByTheirHash()
    {
        await using var redis = new RedisFixture();
        var sessions = (await redis.StoresAsync()).Sessions;
        for (var i = 0; i < 100; i++)
        {
            await sessions.ClaimAsync([Claim("phone")], CancellationToken.None);
        }

        var statistics = await redis.CliAsync("info", "commandstats");

        Assert.True(Calls("evalsha") >= 99, statistics);
        Assert.True(Calls("eval") <= 12, statistics);

        int Calls(string command) => Regex.Match(statistics, $@"cmdstat_{command}:calls=(\d+)") is { Success: true } match
            ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : 0;
    }

    private static Append NewAppend(string user, string key, string content) => new(
        App,
        user,
        "id-" + content,
        System.Text.Encoding.UTF8.GetBytes(content),
        key,
        Enumerable.Range(1, 16).Select(static i => (byte)i).ToArray(),
        TimeSpan.FromHours(1),
        new AppendRules(10, 1_000, AckTimeout: TimeSpan.FromSeconds(30), KeyWindow: TimeSpan.FromHours(1)));

    private static async Task<string> ReplicationIdAsync(RedisFixture redis) =>
        Regex.Match(await redis.CliAsync("info", "replication"), "master_replid:([0-9a-f]{40})").Groups[1].Value;

    /// <summary>Fields and values of a hash, by field.</summary>
    private static async Task<string> SortedHashAsync(RedisFixture redis, string key) => string.Join(
        '\n', (await redis.CliAsync("hgetall", key)).Split('\n').Chunk(2).OrderBy(static pair => pair[0], StringComparer.Ordinal).Select(static pair => string.Join('\n', pair)));

    private static SessionClaim Claim(string device) => new(
        new Session
        {
            App = App,
            User = User,
            Device = device,
            Key = new SessionKey { Session = 0xab },
            Incarnation = Room,
            RemoteAddress = "192.0.2.1:50000",
            ClientVersion = 1100,
            ChatClient = true,
            NamedDevice = device,
            Sdk = "dotnet/0.1",
        },
        PerDevice: true);
}
