using System.Buffers;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Client.Tests.Server;

/// <summary>The server's end of a connection.</summary>
internal sealed class FakeConnection(Stream stream) : IDisposable
{
    public static readonly TimeSpan Deadline = Eventually.DefaultDeadline;

    /// <summary>The next frame; null when the client has closed.</summary>
    public async Task<(Command Command, byte[] Body)?> TryReadAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var start = new byte[Frame.HeaderBytes];
        try
        {
            if (await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, deadline.Token) < start.Length)
            {
                return null;
            }

            var header = FrameHeader.Read(start);
            Assert.Equal(ProtocolVersion.Current, header.Version);
            var body = new byte[header.BodyLength];
            await stream.ReadExactlyAsync(body, deadline.Token);
            return (header.Command, body);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public async Task<TBody> ReadAsync<TBody>(Command command)
        where TBody : IBody<TBody>, new()
    {
        var frame = await TryReadAsync();
        Assert.Equal(command, frame?.Command);
        return FrameBody.Read<TBody>(
            new FrameHeader((uint)frame!.Value.Body.Length + Frame.HeaderBytes, ProtocolVersion.Current, command),
            new ReadOnlySequence<byte>(frame.Value.Body));
    }

    public Task<Verify> ReadVerifyAsync() => ReadAsync<Verify>(Command.Verify);

    public Task AnswerVerifyAsync(uint heartbeatMs = 60_000, string ticket = "", bool resumed = false, bool acknowledges = false, uint tokenExpiresMs = 0) => SendAsync(Command.VerifyResult, new VerifyResult
    {
        Code = 1,
        Resume = ticket,
        Resumed = resumed,
        Session = "1-1",
        TokenExpiresMs = tokenExpiresMs,
        HeartbeatMs = heartbeatMs,
        Features = acknowledges ? [Features.HeartbeatAck, Features.Ack] : [Features.HeartbeatAck],
        Limits = new Limits { MaxFrameBytes = 1000, SilenceLimitMs = 150_000 },
    });

    public Task RefuseVerifyAsync(Code reason, uint retryAfterMs = 0) => SendAsync(
        Command.VerifyResult, new VerifyResult { Reason = CodeTable.NameOf(reason), RetryAfterMs = retryAfterMs });

    public Task SendAsync<TBody>(Command command, TBody body)
        where TBody : IBody<TBody>, new() =>
        SendAsync(FrameWriter.ToArray(ProtocolVersion.Current, command, body));

    public async Task SendAsync(byte[] bytes) => await stream.WriteAsync(bytes).AsTask().WaitAsync(Deadline);

    public void Dispose() => stream.Dispose();
}
