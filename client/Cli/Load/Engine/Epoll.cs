using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Microservices.Cli.Load.Engine;

/// <summary>An epoll instance: which of many descriptors can be read or written, level-triggered.</summary>
internal sealed unsafe class Epoll : IDisposable
{
    public const uint Readable = 0x001;
    public const uint Writable = 0x004;
    public const uint PeerClosed = 0x2000;

    private const int MaxEvents = 512;

    // struct epoll_event is packed on x64 only.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventBytes = DataOffset + sizeof(ulong);

    private readonly int _epoll;
    private readonly byte[] _events = GC.AllocateArray<byte>(MaxEvents * 16, pinned: true);

    public Epoll()
    {
        _epoll = Libc.CreateEpoll(Libc.CloseOnExec);
        if (_epoll < 0)
        {
            throw new Win32Exception(Libc.LastError, "epoll_create1");
        }
    }

    /// <summary>How many descriptors are ready; 0 after <paramref name="timeoutMs"/>.</summary>
    public int Wait(int timeoutMs)
    {
        fixed (byte* events = _events)
        {
            var ready = Libc.WaitEpoll(_epoll, events, MaxEvents, timeoutMs);
            return ready >= 0 || Libc.IsPassing(Libc.LastError) ? Math.Max(0, ready) : throw new Win32Exception(Libc.LastError, "epoll_wait");
        }
    }

    /// <summary>The mark that a ready descriptor was added with.</summary>
    public ulong MarkOf(int index) => MemoryMarshal.Read<ulong>(_events.AsSpan((index * EventBytes) + DataOffset));

    /// <summary>What a ready descriptor is ready for.</summary>
    public uint EventsOf(int index) => MemoryMarshal.Read<uint>(_events.AsSpan(index * EventBytes));

    public void Add(int descriptor, uint events, ulong mark) => Control(Libc.ControlAdd, descriptor, events, mark);

    public void Change(int descriptor, uint events, ulong mark) => Control(Libc.ControlModify, descriptor, events, mark);

    public void Dispose() => _ = Libc.Close(_epoll);

    private void Control(int operation, int descriptor, uint events, ulong mark)
    {
        var ev = stackalloc byte[16];
        MemoryMarshal.Write(new Span<byte>(ev, 4), events);
        MemoryMarshal.Write(new Span<byte>(ev + DataOffset, 8), mark);
        if (Libc.ControlEpoll(_epoll, operation, descriptor, ev) != 0)
        {
            throw new Win32Exception(Libc.LastError, "epoll_ctl");
        }
    }
}
