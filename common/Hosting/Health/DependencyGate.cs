using Microsoft.Extensions.Logging;

namespace Microservices.Hosting.Health;

/// <summary>
/// Whether one thing that the service needs is there. A background loop sets it; health checks and waiting code read it.
/// Each change of state is logged once, however often it is said.
/// </summary>
public sealed class DependencyGate
{
    private readonly Lock _sync = new();
    private readonly ILogger _logger;
    private TaskCompletionSource _up = NewSource();
    private string _problem = "not asked yet";
    private bool _said;

    internal DependencyGate(string name, ILogger logger)
    {
        Name = name;
        _logger = logger;
    }

    /// <summary>The name it was declared with.</summary>
    public string Name { get; }

    /// <summary>It is there.</summary>
    public bool IsUp => Volatile.Read(ref _up).Task.IsCompleted;

    /// <summary>Where it was looked for and what went wrong; empty while it is up.</summary>
    public string Problem
    {
        get
        {
            lock (_sync)
            {
                return _problem;
            }
        }
    }

    /// <summary>It is there, or there again.</summary>
    public void Up()
    {
        lock (_sync)
        {
            if (!_up.TrySetResult())
            {
                return;
            }

            _problem = "";
            if (_said)
            {
                Log.DependencyBack(_logger, Name);
            }
            else
            {
                Log.DependencyUp(_logger, Name);
            }

            _said = false;
        }
    }

    /// <summary>It is not there. <paramref name="where"/> is its address without secrets, <paramref name="why"/> what went wrong.</summary>
    public void Waiting(string where, string why)
    {
        lock (_sync)
        {
            _problem = $"waiting for {Name} at {where}: {why}";
            if (_up.Task.IsCompleted)
            {
                _up = NewSource();
            }

            if (!_said)
            {
                _said = true;
                Log.DependencyMissing(_logger, Name, where, why);
            }
        }
    }

    /// <summary>Completes as soon as it is there; at once when it is.</summary>
    public Task WaitUntilUpAsync(CancellationToken cancellationToken) => Volatile.Read(ref _up).Task.WaitAsync(cancellationToken);

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
