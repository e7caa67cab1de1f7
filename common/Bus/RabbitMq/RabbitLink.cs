using Microsoft.Extensions.Logging;

namespace Microservices.Bus.RabbitMq;

/// <summary>Keeps one connection to the broker: connects, waits for its end, pauses, connects again, until it is disposed.</summary>
internal sealed class RabbitLink : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private readonly BusOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly string _name;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private volatile TaskCompletionSource<LiveConnection> _live = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _fault = "not connected yet";

    /// <param name="options">Where the broker is.</param>
    /// <param name="purpose">What the connection is for, as the broker's list and the log show it.</param>
    /// <param name="logger">Takes what happens.</param>
    /// <param name="time">The clock of pauses.</param>
    public RabbitLink(BusOptions options, string purpose, ILogger logger, TimeProvider time)
    {
        (_options, _logger, _time) = (options, logger, time);
        _name = $"{AppDomain.CurrentDomain.FriendlyName}, {purpose}";
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Why there is no connection; null while there is one.</summary>
    public string? Fault => _fault;

    /// <summary>The connection, once there is one.</summary>
    public Task<LiveConnection> ConnectedAsync(CancellationToken cancellationToken) => _live.Task.WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
    }

    private async Task RunAsync()
    {
        var backoff = new Backoff(FirstPause, _options.MaxReconnectDelay);
        BrokerFault? logged = null;
        while (!_stopping.IsCancellationRequested)
        {
            BrokerAddress? address = null;
            try
            {
                address = await BrokerAddress.ReadAsync(_options, _stopping.Token);
                await using var live = await LiveConnection.OpenAsync(address, _options, _name, _time, _stopping.Token);
                Log.Connected(_logger, address, _name);
                (logged, _fault) = (null, null);
                backoff.Reset();
                _live.SetResult(live);
                var reason = await live.Reason.WaitAsync(_stopping.Token);
                _live = new TaskCompletionSource<LiveConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
                _fault = $"{address}: connection lost: {reason}";
                Log.ConnectionLost(_logger, address, _name, reason);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                var fault = BrokerFault.Of(exception, address);
                _fault = $"{address}: {fault.Text}";
                if (fault != logged)
                {
                    logged = fault;
                    Log.CannotConnect(_logger, fault.IsSetup ? LogLevel.Error : LogLevel.Warning, address, _name, fault.Text);
                }
            }

            await backoff.PauseAsync(_time, _stopping.Token);
        }

        _fault = "closed";
        _live.TrySetCanceled();
    }
}
