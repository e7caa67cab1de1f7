using Microservices.Hosting.Health;
using Microsoft.Extensions.Logging;

namespace Microservices.Hosting.Tests.Health;

public sealed class DependencyGateTests : IDisposable
{
    private readonly RecordedLog _log = new();
    private readonly LoggerFactory _loggers;
    private readonly DependencyGate _gate;

    public DependencyGateTests()
    {
        _loggers = new LoggerFactory([_log]);
        _gate = new Readiness(["redis"], _loggers.CreateLogger<Readiness>())["redis"];
    }

    public void Dispose() => _loggers.Dispose();

    [Fact]
    public void Waiting_SaidOften_IsLoggedOnce()
    {
        _gate.Waiting("127.0.0.1:6379", "connection refused");
        _gate.Waiting("127.0.0.1:6379", "connection refused");
        _gate.Up();
        _gate.Up();

        Assert.Equal(
            [(LogLevel.Warning, "Waiting for redis at 127.0.0.1:6379: connection refused"), (LogLevel.Information, "redis is back")],
            _log.Entries);
    }

    [Fact]
    public async Task WaitUntilUpAsync_Down_WaitsUntilUp()
    {
        _gate.Waiting("here", "no");
        var waiting = _gate.WaitUntilUpAsync(CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        _gate.Up();

        await waiting;
    }

    [Fact]
    public void WaitUntilUpAsync_DownAgain_WaitsAgain()
    {
        _gate.Up();
        _gate.Waiting("here", "gone");

        Assert.False(_gate.WaitUntilUpAsync(CancellationToken.None).IsCompleted);
        Assert.False(_gate.IsUp);
    }

    [Fact]
    public void Indexer_NotDeclared_SaysHow()
    {
        var readiness = new Readiness([], _loggers.CreateLogger<Readiness>());

        var fault = Assert.Throws<InvalidOperationException>(() => readiness["redis"]);

        Assert.Contains("AddDependency(\"redis\")", fault.Message, StringComparison.Ordinal);
    }
}
