using System.Text.Json;
using Microservices.Cli.Tests.Running;
using Microservices.Client.Cursors;
using Microservices.Client.Messages;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Cli.Tests.Receive;

/// <summary>A real process with a cursor file, killed at any moment.</summary>
[Trait("Category", "Slow")]
public sealed class KilledTests : IAsyncLifetime
{
    private const int Kills = 8;
    private const ulong Window = 64;

    private readonly FakeGateway _gateway = new()
    {
        Verify = static verify => new VerifyResult { Code = 1, HeartbeatMs = 60_000, Session = "s-1", Features = verify.Features },
    };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Receive_KilledAtAnyMoment_MissesNothingAndItsFileIsWhole()
    {
        using var folder = new TemporaryFolder("x", "");
        var file = Path.Combine(folder.Path, "cursors");
        var shown = new List<ulong>();
        for (var kill = 0; kill < Kills; kill++)
        {
            var cursor = await CursorAsync(file);
            var seqs = await RunAndKillAsync(file, messages: 50 + Random.Shared.Next(200));

            // What was handled and not saved comes again; nothing that is saved does, and nothing is passed over.
            Assert.True(seqs[0] == cursor + 1, $"run {kill} began with {seqs[0]}; its cursor was {cursor}");
            Assert.Equal(Enumerable.Range(0, seqs.Length).Select(i => seqs[0] + (ulong)i), seqs);
            Assert.True(cursor <= (shown.Count == 0 ? 0 : shown[^1]), $"the cursor is {cursor}; only {shown.Count} were shown");
            Assert.True(Acknowledged() <= await CursorAsync(file), "acknowledged and not saved");
            shown.AddRange(seqs);
        }
    }

    private async Task<ulong[]> RunAndKillAsync(string file, int messages)
    {
        _gateway.ForgetSessions();
        await using var receive = await ServiceProcess.StartAsync(
            Repository.Dll("client/Cli", "Cli"),
            ["receive", "--user", "alice", "--token", "0123456789abcdef", "--gateway", _gateway.Address, "--cursor-file", file, "--json"]);
        await Eventually.HoldsAsync(() => _gateway.Sessions.ContainsKey("alice"), "it is connected", () => receive.Output);
        using var enough = new CancellationTokenSource();
        var sending = SendAsync(_gateway.Sessions["alice"], Acknowledged(), enough.Token);
        await Eventually.HoldsAsync(() => SeqsOf(receive.Output).Length >= messages, $"{messages} messages are shown", () => receive.Output);
        await receive.KillAsync();
        await enough.CancelAsync();
        await sending;
        return SeqsOf(await receive.ReadToEndAsync());
    }

    // As a gateway does: behind what was acknowledged, and no more than a window at once.
    private async Task SendAsync(FakeGateway.Session session, ulong acknowledged, CancellationToken cancellationToken)
    {
        try
        {
            for (var seq = acknowledged + 1; !cancellationToken.IsCancellationRequested; seq++)
            {
                await Eventually.HoldsAsync(() => cancellationToken.IsCancellationRequested || seq <= Acknowledged() + Window, "the window has room");
                await session.SendAsync(Command.Push, new PushDelivery { Id = $"{seq}", Channel = "inbox", Epoch = 1, Seq = seq, Payload = "x"u8.ToArray() });
            }
        }
        catch (Exception fault) when (fault is System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // It was killed.
        }
    }

    private ulong Acknowledged() => _gateway.Bodies<Ack>(Command.Ack).SelectMany(static ack => ack.Positions).Select(static position => position.Seq).DefaultIfEmpty().Max();

    private static ulong[] SeqsOf(string output) =>
    [
        .. output.Split('\n').Where(static line => line.StartsWith("{\"kind\":\"push\"", StringComparison.Ordinal) && line[^1] == '}')
            .Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("seq").GetUInt64()),
    ];

    private static async Task<ulong> CursorAsync(string file)
    {
        using var store = FileCursorStore.Open(file);
        return (await store.LoadAsync(new CursorKey("default", "alice", "", "inbox"), CancellationToken.None) ?? MessagePosition.Beginning).Seq;
    }
}
