using System.Buffers;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Transport;
using Microservices.Gateway.WebSockets;
using Microservices.Protocol;

namespace Microservices.Gateway.Delivery.Broadcasts;

/// <summary>
/// The broadcasts of a batch in one form. It only grows, and what was taken of it stays as it is, so it is read without a lock; whoever
/// appends holds that of the batch.
/// </summary>
internal sealed class BroadcastForm(RecipientForm form)
{
    private const int InitialBytes = 1024;
    private const int InitialFrames = 16;

    // A full batch fits in; what one message larger than that took is given back.
    private const int KeptBytes = 2 * BroadcastBatch.MaxBytes;

    private ArrayBufferWriter<byte> _framed = new(InitialBytes);
    private ArrayBufferWriter<byte>? _bare;
    private int[] _framedEnds = new int[InitialFrames];
    private int[] _bareEnds = [];
    private Part[] _parts = new Part[InitialFrames];
    private int _count;

    public RecipientForm Form => form;

    /// <summary>How many broadcasts are encoded.</summary>
    public int Count => _count;

    /// <summary>Encodes the next broadcast.</summary>
    public void Append(DeliveryEncoder encoder, string id, Contracts.Bus.Delivery delivery)
    {
        if (_count == _parts.Length)
        {
            Array.Resize(ref _parts, 2 * _count);
            Array.Resize(ref _framedEnds, 2 * _count);
        }

        DropCause? fault;
        Command command;
        if (form.Framing == Framing.Raw)
        {
            fault = encoder.Write(_framed, id, delivery, form, out command, out _);
        }
        else
        {
            _bare ??= new ArrayBufferWriter<byte>(InitialBytes);
            var start = _bare.WrittenCount;
            fault = encoder.Write(_bare, id, delivery, form, out command, out var framing);
            if (fault is null)
            {
                ClientFraming.Write(_framed, framing, _bare.WrittenSpan[start..]);
            }

            if (_bareEnds.Length < _parts.Length)
            {
                Array.Resize(ref _bareEnds, _parts.Length);
            }

            _bareEnds[_count] = _bare.WrittenCount;
        }

        _framedEnds[_count] = _framed.WrittenCount;
        _parts[_count++] = new Part(command, fault);
    }

    /// <summary>What there is now.</summary>
    /// <param name="first">The number of the first.</param>
    /// <param name="excepted">The numbers of sessions that some are not for.</param>
    public BroadcastView View(long first, IReadOnlySet<ulong>? excepted)
    {
        var framed = new FrameRun(first, _framed.WrittenMemory, _framedEnds, _count);
        return new BroadcastView(form, framed, _bare is null ? framed : new FrameRun(first, _bare.WrittenMemory, _bareEnds, _count), _parts, excepted);
    }

    /// <summary>Forgets everything; nobody reads any more.</summary>
    public void Clear()
    {
        _count = 0;
        Empty(ref _framed!);
        Empty(ref _bare);
    }

    private static void Empty(ref ArrayBufferWriter<byte>? bytes)
    {
        if (bytes?.Capacity > KeptBytes)
        {
            bytes = new ArrayBufferWriter<byte>(InitialBytes);
        }

        bytes?.ResetWrittenCount();
    }

    /// <summary>What a frame is.</summary>
    /// <param name="Fault">Why there is none.</param>
    internal readonly record struct Part(Command Command, DropCause? Fault);
}
