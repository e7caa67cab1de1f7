using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Cli.Tests.Running;

/// <summary>A gateway that verifies whom <see cref="Verify"/> accepts, and remembers what it was sent.</summary>
internal sealed class FakeGateway : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly Task _accepting;
    private readonly Lock _sync = new();
    private readonly Dictionary<string, Session> _sessions = [];

    public FakeGateway()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Answers a verify; by default it accepts everybody.</summary>
    public Func<Verify, VerifyResult> Verify { get; set; } = static _ => new VerifyResult { Code = 1, HeartbeatMs = 60_000, Session = "s-1" };

    /// <summary>Answers to verifies wait for it.</summary>
    public Task Answering { get; set; } = Task.CompletedTask;

    /// <summary>Who was let in, and told so: as soon as a client shows that it is, its session is here.</summary>
    public IReadOnlyDictionary<string, Session> Sessions
    {
        get
        {
            lock (_sync)
            {
                return new Dictionary<string, Session>(_sessions);
            }
        }
    }

    /// <summary>Every frame that came, verify included.</summary>
    public ConcurrentQueue<(string User, Command Command, byte[] Body)> Frames { get; } = new();

    /// <summary>As if nobody had been let in yet.</summary>
    public void ForgetSessions()
    {
        lock (_sync)
        {
            _sessions.Clear();
        }
    }

    public int Count(Command command) => Frames.Count(frame => frame.Command == command);

    public IEnumerable<TBody> Bodies<TBody>(Command command)
        where TBody : IBody<TBody>, new() =>
        Frames.Where(frame => frame.Command == command).Select(static frame => FrameBody.Read<TBody>(
            new FrameHeader((uint)frame.Body.Length + Frame.HeaderBytes, ProtocolVersion.Current, frame.Command), new ReadOnlySequence<byte>(frame.Body)));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_serving);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _serving.Add(ServeAsync(await _listener.AcceptSocketAsync(_stopping.Token)));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = socket;
        var session = new Session(socket);
        var buffer = new byte[64 * 1024];
        var held = 0;
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(held), _stopping.Token) is > 0 and var received)
            {
                var bytes = new ReadOnlySequence<byte>(buffer, 0, held + received);
                while (FrameDecoder.TryRead(ref bytes, Frame.DefaultMaxBytes, out var header, out var body))
                {
                    await TakeAsync(session, header, body);
                }

                var rest = bytes.ToArray();
                rest.CopyTo(buffer, 0);
                held = rest.Length;
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The client left, or the test is over.
        }
    }

    private async Task TakeAsync(Session session, FrameHeader header, ReadOnlySequence<byte> body)
    {
        if (header.Command == Command.Verify)
        {
            var verify = FrameBody.Read<Verify>(header, body);
            session.User = verify.User;
            Frames.Enqueue((session.User, header.Command, body.ToArray()));
            await Answering.WaitAsync(_stopping.Token);
            var result = Verify(verify);
            result.Id = verify.Id;
            lock (_sync)
            {
                session.Send(Command.VerifyResult, result);
                if (result.Code == 1)
                {
                    _sessions[verify.User] = session;
                }
            }

            return;
        }

        Frames.Enqueue((session.User, header.Command, body.ToArray()));
        if (header.Command == Command.Goodbye)
        {
            session.Close();
        }
    }

    internal sealed class Session(Socket socket)
    {
        public string User { get; set; } = "";

        public EndPoint? From { get; } = socket.RemoteEndPoint;

        public async Task SendAsync<TBody>(Command command, TBody body)
            where TBody : IBody<TBody>, new() =>
            await socket.SendAsync(FrameWriter.ToArray(ProtocolVersion.Current, command, body));

        public void Send<TBody>(Command command, TBody body)
            where TBody : IBody<TBody>, new() =>
            socket.Send(FrameWriter.ToArray(ProtocolVersion.Current, command, body));

        public async Task SendBytesAsync(byte[] bytes) => await socket.SendAsync(bytes);

        /// <summary>Says that nothing more follows; the client closes then.</summary>
        public void Close() => socket.Shutdown(SocketShutdown.Send);
    }
}
