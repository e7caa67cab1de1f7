using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Microservices.Cli.Load.Engine;

/// <summary>The calls of Linux that the engine makes itself: readiness of thousands of sockets on one thread is not to be had from the runtime.</summary>
internal static unsafe partial class Libc
{
    public const int AddressFamilyV4 = 2;
    public const int AddressFamilyV6 = 10;
    public const int Stream = 1;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int NoSignal = 0x4000;

    public const int LevelIp = 0;
    public const int LevelSocket = 1;
    public const int LevelTcp = 6;

    /// <summary>IP_BIND_ADDRESS_NO_PORT: the port is picked at connect, so that it may be in use towards another gateway.</summary>
    public const int BindAddressNoPort = 24;
    public const int SocketError = 4;
    public const int TcpNoDelay = 1;

    public const int ControlAdd = 1;
    public const int ControlModify = 3;
    public const int EventNonBlocking = 0x800;

    private const int Again = 11;
    private const int Interrupted = 4;
    private const int InProgress = 115;

    /// <summary>What the last call of this thread failed with.</summary>
    public static int LastError => Marshal.GetLastPInvokeError();

    /// <summary>True: nothing is wrong, it is just not the time.</summary>
    public static bool IsPassing(int error) => error is Again or Interrupted or InProgress;

    /// <summary>The name of an error, as the runtime has it.</summary>
    public static string NameOf(int error) => error switch
    {
        24 or 23 => nameof(System.Net.Sockets.SocketError.TooManyOpenSockets),
        32 => nameof(System.Net.Sockets.SocketError.Shutdown),
        98 => nameof(System.Net.Sockets.SocketError.AddressAlreadyInUse),
        99 => nameof(System.Net.Sockets.SocketError.AddressNotAvailable),
        100 => nameof(System.Net.Sockets.SocketError.NetworkDown),
        101 => nameof(System.Net.Sockets.SocketError.NetworkUnreachable),
        103 => nameof(System.Net.Sockets.SocketError.ConnectionAborted),
        104 => nameof(System.Net.Sockets.SocketError.ConnectionReset),
        105 => nameof(System.Net.Sockets.SocketError.NoBufferSpaceAvailable),
        110 => nameof(System.Net.Sockets.SocketError.TimedOut),
        111 => nameof(System.Net.Sockets.SocketError.ConnectionRefused),
        112 => nameof(System.Net.Sockets.SocketError.HostDown),
        113 => nameof(System.Net.Sockets.SocketError.HostUnreachable),
        _ => string.Create(CultureInfo.InvariantCulture, $"errno {error}"),
    };

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int CreateEpoll(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int ControlEpoll(int epoll, int operation, int descriptor, byte* ev);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int WaitEpoll(int epoll, byte* events, int count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int CreateEvent(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, void* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int socket, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int socket, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int socket, int level, int option, int* value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetOption(int socket, int level, int option, int* value, uint* length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int socket, byte* bytes, nint count, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int socket, byte* bytes, nint count, int flags);
}
