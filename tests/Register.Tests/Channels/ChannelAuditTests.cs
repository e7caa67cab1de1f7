using Microservices.Register.Apps;
using Microservices.Register.Channels;
using Microservices.Register.Store;
using Microservices.Register.Tests.Service;
using Microservices.Register.Tests.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Tests.Channels;

public sealed class ChannelAuditTests : IAsyncLifetime
{
    private readonly List<string> _warnings = [];
    private RunningRegister _register = null!;
    private FaultyChannels _store = null!;

    public async ValueTask InitializeAsync()
    {
        _register = await RunningRegister.StartAsync();
        await _register.App.Services.GetRequiredService<AppDirectory>().RefreshAsync(default);
        _store = new FaultyChannels(_register.App.Services.GetRequiredService<IChannelStore>());
    }

    public ValueTask DisposeAsync() => _register.DisposeAsync();

    [Theory]
    [InlineData(10, 4, 3, 2, 1, 1L, AuditResult.Balanced)]
    [InlineData(0, 0, 0, 0, 0, 0L, AuditResult.Balanced)]
    [InlineData(11, 4, 3, 2, 1, 1L, AuditResult.Unbalanced)]
    [InlineData(9, 4, 3, 2, 1, 1L, AuditResult.Unbalanced)]
    [InlineData(10, 4, 3, 2, 1, 2L, AuditResult.Mismeasured)]
    [InlineData(10, 4, 3, 2, 1, null, AuditResult.Balanced)]
    public void ResultOf_Counts_SaysWhatDoesNotFit(long accepted, long acknowledged, long expired, long dead, long pending, long? measured, object result) =>
        Assert.Equal(result, ChannelAudit.ResultOf(new LedgerCounts(accepted, acknowledged, expired, dead, pending, measured)));

    [Fact]
    public async Task Audit_OfWhatFits_SaysNothing()
    {
        await _register.AppendAsync("ann", "text");

        await Audit().AuditAsync(Contracts.Partition.Of("default", "ann"), default);

        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task Audit_OfABrokenSum_WarnsWithItsNumbers()
    {
        _store.Ledger = measure => new LedgerCounts(10, 4, 3, 2, 2, measure ? 2 : null);

        await Audit().AuditAsync(5, default);

        var warning = Assert.Single(_warnings);
        Assert.All(["default", "partition 5", "10 accepted", "4 acknowledged", "2 pending"], word => Assert.Contains(word, warning, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Audit_OfMessagesThatAreNotThere_Warns()
    {
        _store.Ledger = measure => new LedgerCounts(10, 4, 3, 2, 1, measure ? 0 : null);

        await Audit().AuditAsync(5, default);

        Assert.Contains("1 messages as pending; the inboxes hold 0", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_OfWhatMovesMeanwhile_LooksAgain()
    {
        var accepted = 0;
        _store.Ledger = measure => new LedgerCounts(++accepted, 0, 0, 0, accepted, measure ? accepted - 1 : null);
        await Audit().AuditAsync(5, default);
        Assert.Empty(_warnings);

        // Quiet at last, and still wrong.
        _store.Ledger = measure => new LedgerCounts(accepted = Math.Min(accepted + 1, 30), 0, 0, 0, accepted, measure ? 7 : null);
        await Audit().AuditAsync(5, default);
        Assert.Single(_warnings);
    }

    private ChannelAudit Audit() => new(
        _store,
        _register.App.Services.GetRequiredService<AppDirectory>(),
        Options.Create(new ChannelsOptions()),
        new ChannelMetrics(Stores.NewMeters()),
        TimeProvider.System,
        new WarningLog(_warnings));

    private sealed class WarningLog(List<string> warnings) : ILogger<ChannelAudit>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning)
            {
                warnings.Add(formatter(state, exception));
            }
        }
    }
}
