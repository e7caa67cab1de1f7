using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Microservices.Fault.Tests.Delivery.Chaos;

/// <summary>Keeps the latest lines that a service in this process logs.</summary>
internal sealed class KeptLines : ILoggerProvider
{
    private const int Most = 5_000;

    private readonly ConcurrentQueue<string> _lines = new();

    public ILogger CreateLogger(string categoryName) => new Lines(this, categoryName);

    public void Dispose()
    {
        // Read after the service has ended.
    }

    public override string ToString() => string.Join('\n', _lines);

    private sealed class Lines(KeptLines kept, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            kept._lines.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {logLevel} {category}: {formatter(state, exception)} {exception}");
            if (kept._lines.Count > Most)
            {
                kept._lines.TryDequeue(out _);
            }
        }
    }
}
