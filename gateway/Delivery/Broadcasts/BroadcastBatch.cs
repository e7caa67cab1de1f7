using Microservices.Contracts.Bus;

namespace Microservices.Gateway.Delivery.Broadcasts;

/// <summary>Broadcasts of one app that leave together: the frames that a session lacks of them are sent at once. Thread-safe.</summary>
internal sealed class BroadcastBatch(int maxFrameBytes)
{
    /// <summary>What a session lacks of a batch is sent at once, so it is not to be much larger than what a connection takes without waiting.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>The most broadcasts of a batch.</summary>
    public const int MaxCount = 256;

    private readonly Lock _sync = new();
    private readonly List<(string Id, Contracts.Bus.Delivery Delivery)> _broadcasts = [];
    private readonly List<BroadcastForm> _forms = [];
    private readonly DeliveryEncoder _encoder = new(maxFrameBytes);
    private HashSet<ulong>? _excepted;
    private long _first;
    private long _bytes;
    private int _evicted;

    /// <summary>How many broadcasts there are.</summary>
    public int Count => _broadcasts.Count;

    /// <summary>The number behind the last.</summary>
    public long End => _first + _broadcasts.Count;

    /// <summary>Begins with the number <paramref name="first"/>; it is empty.</summary>
    public void Begin(long first) => _first = first;

    /// <summary>Forgets everything but some of its memory; nobody uses it.</summary>
    public void Clear()
    {
        _bytes = 0;
        _broadcasts.Clear();
        _excepted = null;
        _forms.ForEach(static form => form.Clear());
        _encoder.Forget();
    }

    /// <summary>Adds a broadcast.</summary>
    /// <returns>False: the batch is full.</returns>
    public bool TryAdd(string id, Contracts.Bus.Delivery delivery)
    {
        lock (_sync)
        {
            var bytes = delivery.CalculateSize();
            if (_broadcasts.Count > 0 && (_broadcasts.Count == MaxCount || _bytes + bytes > MaxBytes))
            {
                return false;
            }

            _bytes += bytes;
            _broadcasts.Add((id, delivery));
            if (delivery.Except is { } except)
            {
                // A copy: the former one may be read meanwhile.
                _excepted = [.. _excepted ?? [], except.Session];
            }

            return true;
        }
    }

    /// <summary>The broadcasts so far, as <paramref name="form"/> needs them.</summary>
    public BroadcastView View(RecipientForm form)
    {
        lock (_sync)
        {
            var encoded = Find(form);
            while (encoded.Count < _broadcasts.Count)
            {
                var (id, delivery) = _broadcasts[encoded.Count];
                encoded.Append(_encoder, id, delivery);
            }

            return encoded.View(_first, _excepted);
        }
    }

    /// <summary>Whether one broadcast is for the session.</summary>
    public bool IsFor(long number, ulong session, ulong epoch)
    {
        lock (_sync)
        {
            return _broadcasts[(int)(number - _first)].Delivery.Except is not { } except || except.Session != session || except.Epoch != epoch;
        }
    }

    private BroadcastForm Find(RecipientForm form)
    {
        foreach (var known in _forms)
        {
            if (known.Form == form)
            {
                return known;
            }
        }

        var encoded = new BroadcastForm(form);
        if (_forms.Count < EncodedFrames.MaxForms)
        {
            _forms.Add(encoded);
        }
        else
        {
            // Whoever still reads the former one keeps it.
            _forms[_evicted++ % EncodedFrames.MaxForms] = encoded;
        }

        return encoded;
    }
}
