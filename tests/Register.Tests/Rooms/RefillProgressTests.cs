using Microservices.Contracts.Register;
using Microservices.Register.Rooms;
using Microservices.Register.Store;
using Microservices.Register.Tests.Service;
using Microsoft.Extensions.Logging;

namespace Microservices.Register.Tests.Rooms;

public sealed class RefillProgressTests
{
    private const long Since = 1_754_000_000_000_000;
    private const ulong Number = (ulong)Since;
    private const long Second = 1_000_000;
    private static readonly RoomsOptions Options = new() { LeaseTime = TimeSpan.FromSeconds(10), RefillPatience = TimeSpan.FromMinutes(2) };
    private readonly RecordingLogger _logger = new();
    private readonly RefillProgress _progress;

    public RefillProgressTests() => _progress = new RefillProgress(Options, _logger);

    [Fact]
    public void IsDone_WithoutRooms_IsTrue() => Assert.True(_progress.IsDone(Snapshot(Since + Second)));

    [Fact]
    public void IsDone_WhileOneRoomHasNotConfirmed_IsFalse()
    {
        Assert.False(_progress.IsDone(Snapshot(Since + Second, (Since - Second, Number), (Since - (2 * Second), 0))));
        Assert.False(_progress.IsDone(Snapshot(Since + Second, (Since - Second, Number), (Since - (2 * Second), Number - 1))));
        Assert.True(_progress.IsDone(Snapshot(Since + Second, (Since - Second, Number), (Since - (2 * Second), Number))));
    }

    [Fact]
    public void IsDone_WithARoomThatCameBackWithinTheGrace_WaitsForIt() =>
        Assert.False(_progress.IsDone(Snapshot(Since + (30 * Second), (Since + (19 * Second), 0))));

    [Fact]
    public void IsDone_WithARoomThatCameLater_DoesNotWaitForIt() =>
        Assert.True(_progress.IsDone(Snapshot(Since + (30 * Second), (Since + (21 * Second), 0))));

    [Fact]
    public void IsDone_WithARoomThatNeverConfirms_IsTrueAfterThePatienceAndSaidOnce()
    {
        Assert.False(_progress.IsDone(Snapshot(Since + (120 * Second), (Since - Second, 0))));

        Assert.True(_progress.IsDone(Snapshot(Since + (121 * Second), (Since - Second, 0))));
        Assert.True(_progress.IsDone(Snapshot(Since + (122 * Second), (Since - Second, 0))));

        Assert.Single(_logger.Lines, line => line.Contains("hasn't said", StringComparison.Ordinal));
    }

    [Fact]
    public void IsDone_AfterAnotherRefill_BeginsAnew()
    {
        Assert.True(_progress.IsDone(Snapshot(Since + Second, (Since - Second, Number))));

        var next = Snapshot(Since + (200 * Second), (Since - Second, Number)) with { Refill = new RefillState(Number + 1, Since + (200 * Second)) };

        Assert.False(_progress.IsDone(next));
    }

    [Fact]
    public void Namesakes_ThatLiveBesideEachOther_AreWarnedOfOnce()
    {
        var namesakes = new Namesakes(Options, _logger);

        namesakes.Observe(Snapshot(Since + (30 * Second), (Since, 0), (Since + (5 * Second), 0)));
        namesakes.Observe(Snapshot(Since + (31 * Second), (Since, 0), (Since + (5 * Second), 0)));

        var line = Assert.Single(_logger.Lines);
        Assert.Contains($"{Since:x16}", line, StringComparison.Ordinal);
        Assert.Contains($"{Since + (5 * Second):x16}", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Namesakes_OfARoomThatWasStartedAgain_AreNoWarning()
    {
        var namesakes = new Namesakes(Options, _logger);

        namesakes.Observe(Snapshot(Since + (15 * Second), (Since, 0), (Since + (5 * Second), 0)));
        namesakes.Observe(Snapshot(Since + (30 * Second), (Since + (5 * Second), 0)));

        Assert.Empty(_logger.Lines);
    }

    private static RoomSnapshot Snapshot(long now, params (long Granted, ulong Refilled)[] rooms) => new(
        [.. rooms.Select(room => new Room { Incarnation = (ulong)room.Granted, Description = TestRoom.Description("one") })],
        Highest: (ulong)now,
        now,
        new RefillState(Number, Since),
        rooms.ToDictionary(room => (ulong)room.Granted, room => room.Refilled));

    private sealed class RecordingLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Lines.Add(formatter(state, exception));
            }
        }
    }
}
