using System.Buffers;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.WebSockets;
using Microservices.Protocol;

namespace Microservices.Gateway.Delivery;

/// <summary>
/// The frames of one delivery to named recipients: encoded once for each form that one of them needs, then posted to all who need the same.
/// Used again for the next delivery; not thread-safe.
/// </summary>
internal sealed class EncodedFrames(int maxFrameBytes)
{
    /// <summary>Real clients speak two or three versions, plain and in WebSockets. Whoever makes up more of them costs an encoding each, not memory.</summary>
    public const int MaxForms = 12;

    private const int InitialBytes = 4096;
    private const int KeptBytes = 1024 * 1024;

    private readonly Encoded[] _forms = new Encoded[MaxForms];
    private readonly DeliveryEncoder _encoder = new(maxFrameBytes);
    private ArrayBufferWriter<byte> _bytes = new(InitialBytes);
    private int _count;
    private int _latest;
    private string _id = "";
    private Contracts.Bus.Delivery _delivery = new();

    /// <summary>Begins with a delivery; <paramref name="id"/> names its message.</summary>
    public void Begin(string id, Contracts.Bus.Delivery delivery)
    {
        _id = id;
        _delivery = delivery;
        Clear();
        if (_bytes.Capacity > KeptBytes)
        {
            _bytes = new ArrayBufferWriter<byte>(InitialBytes);
        }
    }

    /// <summary>The frame for <paramref name="session"/>.</summary>
    /// <param name="framed">In the framing of its connection. Valid until the next call.</param>
    /// <param name="frame">Without it. Valid until the next call.</param>
    /// <param name="fault">Why there is none.</param>
    public bool TryGet(Session session, out Command command, out ReadOnlySpan<byte> framed, out ReadOnlySpan<byte> frame, out DropCause fault)
    {
        ref readonly var encoded = ref _forms[Find(RecipientForm.Of(session))];
        command = encoded.Command;
        framed = _bytes.WrittenSpan[encoded.Framed];
        frame = _bytes.WrittenSpan[encoded.Frame];
        fault = encoded.Fault ?? default;
        return encoded.Fault is null;
    }

    private int Find(RecipientForm form)
    {
        // Most recipients need what the one before them got.
        if (_latest < _count && _forms[_latest].Form == form)
        {
            return _latest;
        }

        for (var i = 0; i < _count; i++)
        {
            if (_forms[i].Form == form)
            {
                return _latest = i;
            }
        }

        if (_count == MaxForms)
        {
            Clear();
        }

        var start = _bytes.WrittenCount;
        var fault = _encoder.Write(_bytes, _id, _delivery, form, out var command, out var framing);
        var frame = start.._bytes.WrittenCount;
        var framed = frame;
        if (framing != Framing.Raw && fault is null)
        {
            ClientFraming.Write(_bytes, framing, _bytes.WrittenSpan[frame]);
            framed = frame.End.Value.._bytes.WrittenCount;
        }

        _forms[_count] = new Encoded(form, command, frame, framed, fault);
        return _latest = _count++;
    }

    private void Clear()
    {
        _bytes.ResetWrittenCount();
        _count = 0;
        _latest = 0;
    }

    /// <summary>What a recipient needs, and where it stands.</summary>
    private readonly record struct Encoded(RecipientForm Form, Command Command, Range Frame, Range Framed, DropCause? Fault);
}
