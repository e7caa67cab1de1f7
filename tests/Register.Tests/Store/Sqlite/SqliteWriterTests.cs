using System.Text;
using Microservices.Register.Sessions;
using Microservices.Register.Store;
using Microservices.Register.Store.Memory;
using Microservices.Register.Store.Sqlite;
using Microservices.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Tests.Store.Sqlite;

/// <summary>Calls that share a transaction.</summary>
public sealed class SqliteWriterTests : IAsyncDisposable
{
    private const int DiskFull = 13;
    private static readonly AppendRules Rules = new(1_000, 1_000_000, TimeSpan.FromDays(1), TimeSpan.FromDays(1));
    private readonly TempFolder _folder = new();
    private readonly SqliteWriter _writer;

    public SqliteWriterTests() => _writer = new SqliteWriter(
        Path.Combine(_folder.Path, "channels.db"), new MemorySessionStore(Options.Create(new SessionsOptions()), TimeProvider.System), TimeProvider.System, NullLogger.Instance);

    public async ValueTask DisposeAsync()
    {
        await _writer.StopAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Run_OfOneThatFailsAmongOthers_FailsOnlyThatOne()
    {
        using var gate = new ManualResetEventSlim();
        var blocked = _writer.RunAsync(_ => gate.Wait(Eventually.DefaultDeadline), default);
        var appends = Enumerable.Range(0, 20).Select(i => _writer.RunAsync(steps => Append(steps, $"{i}"), default)).ToList();
        var failing = _writer.RunAsync(static steps => AppendAndFail(steps), default);
        appends.AddRange(Enumerable.Range(20, 20).Select(i => _writer.RunAsync(steps => Append(steps, $"{i}"), default)));

        gate.Set();
        await blocked;
        var outcomes = await Task.WhenAll(appends);
        var fault = await Assert.ThrowsAsync<StoreUnavailableException>(() => failing);

        Assert.Contains("no room", fault.Message, StringComparison.Ordinal);
        Assert.All(outcomes, static outcome => Assert.Equal(AppendState.Appended, outcome.State));
        var page = await _writer.RunAsync(static steps => steps.Read(new LogRead("app", "ann", LogPosition.Start), new PageLimits(100, 10_000), 0), default);
        Assert.Equal(Enumerable.Range(0, 40).Select(static i => $"{i}"), page.Entries.Select(static entry => Encoding.UTF8.GetString(entry.Content.Span)));
    }

    [Fact]
    public async Task Run_OfMoreThanMayWait_IsRefused()
    {
        using var gate = new ManualResetEventSlim();
        var blocked = _writer.RunAsync(_ => gate.Wait(Eventually.DefaultDeadline), default);
        List<Task<int>> waiting = [];
        while (waiting is not [.., { IsFaulted: true }])
        {
            waiting.Add(_writer.RunAsync(static _ => 1, default));
        }

        gate.Set();
        await blocked;

        Assert.Contains("calls wait for it", (await Assert.ThrowsAsync<StoreUnavailableException>(() => waiting[^1])).Message, StringComparison.Ordinal);
        Assert.All(await Task.WhenAll(waiting[..^1]), static one => Assert.Equal(1, one));
    }

    private static AppendOutcome AppendAndFail(ChannelSteps steps)
    {
        Append(steps, "undone");
        throw new SqliteException("no room", DiskFull);
    }

    private static AppendOutcome Append(ChannelSteps steps, string text) => steps.Append(
        new Append("app", "ann", "id", Encoding.UTF8.GetBytes(text), "", new byte[16], TimeSpan.FromDays(1), Rules), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000);
}
