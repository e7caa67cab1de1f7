namespace Microservices.Testing;

/// <summary>The last lines that a child wrote, and waits for a line.</summary>
internal sealed class ChildOutput
{
    private const int MaxCharacters = 1_000_000;
    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _waiting = [];
    private long _characters;

    public override string ToString()
    {
        lock (_lock)
        {
            return string.Join('\n', _lines);
        }
    }

    public async Task ReadAsync(StreamReader reader)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                Add(line);
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // The child is gone, and its pipe with it.
        }
    }

    /// <summary>Completes when a line that contains the text was written, also when that was before the call.</summary>
    public Task WhenSeen(string text)
    {
        lock (_lock)
        {
            if (_lines.Any(line => line.Contains(text, StringComparison.Ordinal)))
            {
                return Task.CompletedTask;
            }

            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((text, seen));
            return seen.Task;
        }
    }

    private void Add(string line)
    {
        lock (_lock)
        {
            _lines.Enqueue(line);
            _characters += line.Length;
            while (_characters > MaxCharacters && _lines.Count > 1)
            {
                _characters -= _lines.Dequeue().Length;
            }

            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                if (line.Contains(_waiting[i].Text, StringComparison.Ordinal))
                {
                    _waiting[i].Seen.TrySetResult();
                    _waiting.RemoveAt(i);
                }
            }
        }
    }
}
