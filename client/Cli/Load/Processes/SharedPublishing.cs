using Microservices.Cli.Load.Publishing;
using Microservices.Cli.Load.Results;

namespace Microservices.Cli.Load.Processes;

/// <summary>Publishes for a run of several processes, and tells of it as one more of its sources.</summary>
/// <param name="publisher">Who does.</param>
/// <param name="warmUp">What is not judged.</param>
/// <param name="take">Told of the readings.</param>
internal sealed class SharedPublishing(LoadPublisher publisher, TimeSpan? warmUp, Action<LoadReading> take) : IAsyncDisposable
{
    private readonly LoadMeter _meter = new(() => Task.FromResult(EngineCounts.Of(publisher.Counters)), take, TimeProvider.System);
    private readonly CancellationTokenSource _over = new();
    private Task _metering = Task.CompletedTask;

    /// <summary>The processes begin to open connections.</summary>
    public async Task BeginAsync()
    {
        await _meter.EnterAsync(LoadStage.Opening);
        await _meter.EnterAsync(LoadStage.Opened);
        _metering = _meter.RunAsync(_over.Token);
    }

    /// <summary>Publishes until cancelled, and waits for the answers.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _meter.EnterAsync(warmUp is null ? LoadStage.Steady : LoadStage.WarmUp);
        publisher.IsRecording = warmUp is null;
        var publishing = publisher.RunAsync(cancellationToken);
        try
        {
            if (warmUp is { } span)
            {
                await Task.Delay(span, cancellationToken);
                publisher.IsRecording = true;
                await _meter.EnterAsync(LoadStage.Steady);
            }
        }
        catch (OperationCanceledException)
        {
            // It is over before it counts.
        }

        await publishing;
        await _meter.EnterAsync(LoadStage.Quiet);
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _metering;
        await _meter.EnterAsync(LoadStage.Ended);
        _meter.Dispose();
        _over.Dispose();
    }
}
