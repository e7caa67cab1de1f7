using System.Buffers;
using System.Collections;
using System.Text;

namespace Grpc.Core;

public sealed class Metadata : IList<Metadata.Entry>
{
    public const string BinaryHeaderSuffix = "-bin";
    public static readonly Metadata Empty = new Metadata().Freeze();
    private readonly List<Entry> _entries = [];
    private bool _readOnly;

    internal Metadata Freeze()
    {
        _readOnly = true;
        return this;
    }

    public int Count => _entries.Count;
    public bool IsReadOnly => _readOnly;

    public Entry this[int index]
    {
        get => _entries[index];
        set
        {
            CheckWrite(value);
            _entries[index] = value;
        }
    }

    public Entry? Get(string key)
    {
        for (int i = _entries.Count - 1; i >= 0; i--)
        {
            if (_entries[i].Key == key)
            {
                return _entries[i];
            }
        }

        return null;
    }

    public string? GetValue(string key) => Get(key)?.Value;

    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    public IEnumerable<Entry> GetAll(string key)
    {
        foreach (var e in _entries)
        {
            if (e.Key == key)
            {
                yield return e;
            }
        }
    }

    public void Add(string key, string value) => Add(new Entry(key, value));

    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    public void Add(Entry item)
    {
        CheckWrite(item);
        _entries.Add(item);
    }

    public void Insert(int index, Entry item)
    {
        CheckWrite(item);
        _entries.Insert(index, item);
    }

    public void RemoveAt(int index)
    {
        CheckWrite();
        _entries.RemoveAt(index);
    }

    public bool Remove(Entry item)
    {
        CheckWrite();
        return _entries.Remove(item);
    }

    public void Clear()
    {
        CheckWrite();
        _entries.Clear();
    }

    public bool Contains(Entry item) => _entries.Contains(item);

    public int IndexOf(Entry item) => _entries.IndexOf(item);

    public void CopyTo(Entry[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);

    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _entries.GetEnumerator();

    private void CheckWrite(Entry item)
    {
        ArgumentNullException.ThrowIfNull(item);
        CheckWrite();
    }

    private void CheckWrite()
    {
        if (_readOnly)
        {
            throw new InvalidOperationException("The metadata is read only.");
        }
    }

    public class Entry
    {
        private static readonly SearchValues<char> KeyLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");
        private readonly string? _text;
        private readonly byte[]? _bytes;

        public Entry(string key, byte[] valueBytes)
        {
            Key = Normalize(key);
            if (!IsBinary)
            {
                throw new ArgumentException($"A key with a binary value must end in '{BinaryHeaderSuffix}'.", nameof(key));
            }

            ArgumentNullException.ThrowIfNull(valueBytes);
            _bytes = (byte[])valueBytes.Clone();
        }

        public Entry(string key, string value)
        {
            Key = Normalize(key);
            if (IsBinary)
            {
                throw new ArgumentException($"A key with a text value must not end in '{BinaryHeaderSuffix}'.", nameof(key));
            }

            _text = value ?? throw new ArgumentNullException(nameof(value));
        }

        public string Key { get; }
        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);
        public string Value => _text ?? throw new InvalidOperationException("The entry holds a binary value.");
        public byte[] ValueBytes => _bytes is null ? Encoding.ASCII.GetBytes(_text!) : (byte[])_bytes.Clone();

        public override string ToString() =>
            IsBinary ? $"[Entry: key={Key}, valueBytes={Convert.ToHexString(_bytes!)}]" : $"[Entry: key={Key}, value={_text}]";

        private static string Normalize(string key)
        {
            ArgumentNullException.ThrowIfNull(key);
            if (key.AsSpan().ContainsAnyExcept(KeyLetters))
            {
                key = key.ToLowerInvariant();
                if (key.AsSpan().ContainsAnyExcept(KeyLetters))
                {
                    throw new ArgumentException("A metadata key may hold only letters, digits, '.', '_' and '-'.", nameof(key));
                }
            }

            return key;
        }
    }
}
