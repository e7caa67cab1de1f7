using System.IO.Pipelines;

namespace Pipelines.Sockets.Unofficial;

/// <summary>
/// Lets one thread complete the reader while another still looks at a buffer: the buffer goes back to its pool only after AdvanceTo.
/// </summary>
internal sealed class GuardedReader(PipeReader inner) : PipeReader
{
    private readonly Lock _lock = new();
    private bool _reading;
    private bool _completed;
    private Exception? _error;

    public override bool TryRead(out ReadResult result)
    {
        lock (_lock)
        {
            ThrowIfCompleted();
            return _reading = inner.TryRead(out result);
        }
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var pending = inner.ReadAsync(cancellationToken);
        return pending.IsCompletedSuccessfully ? new(Track(pending.Result)) : TrackAsync(pending);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        lock (_lock)
        {
            if (_completed && !_reading)
            {
                return;
            }

            _reading = false;
            if (_completed)
            {
                inner.Complete(_error);
            }
            else
            {
                inner.AdvanceTo(consumed, examined);
            }
        }
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        lock (_lock)
        {
            if (_completed)
            {
                return;
            }

            _completed = true;
            _error = exception;
            if (!_reading)
            {
                inner.Complete(exception);
            }
        }
    }

    private async ValueTask<ReadResult> TrackAsync(ValueTask<ReadResult> pending) => Track(await pending.ConfigureAwait(false));

    private ReadResult Track(ReadResult result)
    {
        lock (_lock)
        {
            ThrowIfCompleted();
            _reading = true;
            return result;
        }
    }

    private void ThrowIfCompleted()
    {
        if (_completed)
        {
            throw new InvalidOperationException("The reader was completed.");
        }
    }
}
