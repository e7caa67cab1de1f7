namespace Pipelines.Sockets.Unofficial.Arenas;

public readonly struct Sequence<T>
{
    private readonly T[]? _array;
    private readonly int _offset;
    private readonly int _length;

    internal Sequence(T[]? array, int offset, int length)
    {
        _array = array;
        _offset = offset;
        _length = length;
    }

    public long Length => _length;
    public bool IsEmpty => _length == 0;
    public bool IsSingleSegment => true;
    public Span<T> FirstSpan => new(_array, _offset, _length);

    public ref T this[int index] => ref FirstSpan[index];

    public Sequence Untyped() => new(_array, _offset, _length);

    public Enumerator GetEnumerator() => new(_array, _offset, _length);

    public SpanEnumerable Spans => new(this);

    public struct Enumerator : IDisposable
    {
        private readonly T[]? _array;
        private readonly int _end;
        private int _index;

        internal Enumerator(T[]? array, int offset, int length)
        {
            _array = array;
            _index = offset - 1;
            _end = offset + length;
        }

        public ref T Current => ref _array![_index];

        public bool MoveNext()
        {
            if (_index + 1 >= _end)
            {
                return false;
            }

            _index++;
            return true;
        }

        public ref T GetNext()
        {
            if (!MoveNext())
            {
                throw new InvalidOperationException("The sequence has no further element.");
            }

            return ref Current;
        }

        public void Dispose()
        {
        }
    }

    public readonly struct SpanEnumerable
    {
        private readonly Sequence<T> _sequence;

        internal SpanEnumerable(Sequence<T> sequence) => _sequence = sequence;

        public SpanEnumerator GetEnumerator() => new(_sequence);
    }

    public struct SpanEnumerator : IDisposable
    {
        private readonly Sequence<T> _sequence;
        private bool _started;

        internal SpanEnumerator(Sequence<T> sequence)
        {
            _sequence = sequence;
            _started = false;
        }

        public readonly Span<T> Current => _sequence.FirstSpan;

        public bool MoveNext()
        {
            if (_started || _sequence.IsEmpty)
            {
                return false;
            }

            return _started = true;
        }

        public void Dispose()
        {
        }
    }
}
