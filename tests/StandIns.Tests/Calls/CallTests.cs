using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Grpc.Net.Compression;
using Microservices.StandIns.Tests.Protos;

namespace Microservices.StandIns.Tests.Calls;

public sealed class CallTests(SampleServer server) : IClassFixture<SampleServer>
{
    private readonly Sample.SampleClient _client = server.Client;

    [Fact]
    public async Task Unary_WideMessage_ComesBackEqual()
    {
        var wide = WideMessage.Create();

        var answer = await _client.EchoAsync(wide);

        Assert.Equal(wide, answer);
        Assert.True(answer.HasMaybe);
        Assert.Equal(wide.ToByteArray(), answer.ToByteArray());
    }

    [Fact]
    public async Task Unary_LongMessage_ComesBackEqual()
    {
        var wide = new Wide { SomeBytes = ByteString.CopyFrom(new byte[3_000_000]) };

        Assert.Equal(wide, await _client.EchoAsync(wide));
    }

    [Fact]
    public void Unary_Blocking_Answers() => Assert.Equal("b", _client.Echo(new() { AString = "b" }).AString);

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Unary_CompressedRequest_ComesBackEqual(string encoding)
    {
        using var channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions
        {
            CompressionProviders =
            [
                new GzipCompressionProvider(CompressionLevel.Fastest),
                new DeflateCompressionProvider(CompressionLevel.Fastest),
            ],
        });

        var answer = await new Sample.SampleClient(channel).EchoAsync(
            new() { AString = new string('x', 10_000) }, new Metadata { { "grpc-internal-encoding-request", encoding } });

        Assert.Equal(10_000, answer.AString.Length);
    }

    [Fact]
    public async Task ServerStreaming_ManyMessages_ArriveInOrder()
    {
        using var call = _client.Count(new() { Value = 1_000 });
        var received = new List<long>();

        await foreach (var number in call.ResponseStream.ReadAllAsync())
        {
            received.Add(number.Value);
        }

        Assert.Equal(Enumerable.Range(1, 1_000).Select(static i => (long)i), received);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task ClientStreaming_ManyMessages_AreSummed()
    {
        using var call = _client.Sum();

        for (var i = 1; i <= 100; i++)
        {
            await call.RequestStream.WriteAsync(new() { Value = i });
        }

        await call.RequestStream.CompleteAsync();
        Assert.Equal(5_050, (await call).Value);
    }

    [Fact]
    public async Task Duplex_OneByOne_AnswersEach()
    {
        using var call = _client.Double();

        for (var i = 1; i <= 10; i++)
        {
            await call.RequestStream.WriteAsync(new() { Value = i }, TestContext.Current.CancellationToken);
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            Assert.Equal(i * 2, call.ResponseStream.Current.Value);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task Unary_HandlerRefuses_StatusDetailAndTrailersArrive()
    {
        var request = new FailRequest { Code = (int)StatusCode.FailedPrecondition, Detail = "nö: 100 %", Reason = ByteString.CopyFrom(1, 0, 255) };

        var fault = await Assert.ThrowsAsync<RpcException>(async () => await _client.FailAsync(request));

        Assert.Equal(StatusCode.FailedPrecondition, fault.StatusCode);
        Assert.Equal("nö: 100 %", fault.Status.Detail);
        Assert.Equal([1, 0, 255], fault.Trailers.GetValueBytes("reason-bin"));
        Assert.Equal("try later", fault.Trailers.GetValue("hint"));
    }

    [Fact]
    public async Task Unary_HandlerFails_IsUnknown()
    {
        var fault = await Assert.ThrowsAsync<RpcException>(async () => await _client.FailAsync(new()));

        Assert.Equal(StatusCode.Unknown, fault.StatusCode);
    }

    [Fact]
    public async Task Unary_DeadlinePasses_IsDeadlineExceeded()
    {
        var fault = await Assert.ThrowsAsync<RpcException>(async () => await _client.HangAsync(new(), deadline: DateTime.UtcNow.AddMilliseconds(200)));

        Assert.Equal(StatusCode.DeadlineExceeded, fault.StatusCode);
    }

    [Fact]
    public async Task Unary_Cancelled_IsCancelled()
    {
        using var cancel = new CancellationTokenSource();
        var call = _client.HangAsync(new(), cancellationToken: cancel.Token);

        await cancel.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
    }

    [Fact]
    public async Task ServerStreaming_CancelledMidway_IsCancelled()
    {
        using var cancel = new CancellationTokenSource();
        using var call = _client.Count(new() { Value = 100_000_000 }, cancellationToken: cancel.Token);
        await call.ResponseStream.MoveNext();

        await cancel.CancelAsync();

        var fault = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext())
            {
            }
        });
        Assert.Equal(StatusCode.Cancelled, fault.StatusCode);
    }

    [Fact]
    public async Task Unary_Metadata_ReachesTheServerAndComesBack()
    {
        using var call = _client.DescribeAsync(
            new(),
            new Metadata { { "Echo-Text", "value" }, { "echo-bytes-bin", [9, 8] } },
            DateTime.UtcNow.AddMinutes(1));

        var seen = await call;

        Assert.Equal("value", seen.Headers["echo-text"]);
        Assert.Equal("0908", seen.Headers["echo-bytes-bin"]);
        Assert.True(seen.HasDeadline);
        Assert.Equal("/microservices.standins.v1.Sample/Describe", seen.Method);
        Assert.Equal("yes", (await call.ResponseHeadersAsync).GetValue("early"));
        Assert.Equal("value", call.GetTrailers().GetValue("echo-text"));
        Assert.Equal([9, 8], call.GetTrailers().GetValueBytes("echo-bytes-bin"));
    }

    [Fact]
    public async Task Unary_ServerInterceptor_SeesTheCall() => Assert.Equal(1, (await _client.DescribeAsync(new())).Intercepted);

    [Fact]
    public async Task Unary_ClientInterceptors_AllChangeTheCall()
    {
        var invoker = server.Channel
            .Intercept(static headers => Add(headers, "echo-inner"))
            .Intercept(static headers => Add(headers, "echo-outer"));

        var seen = await new Sample.SampleClient(invoker).DescribeAsync(new());

        Assert.Equal("set", seen.Headers["echo-inner"]);
        Assert.Equal("set", seen.Headers["echo-outer"]);
    }

    [Fact]
    public async Task Streams_ClientInterceptor_ChangesTheCall()
    {
        var client = new Sample.SampleClient(server.Channel.Intercept(static headers => Add(headers, "echo-x")));
        using var sum = client.Sum();
        using var twice = client.Double();
        using var count = client.Count(new() { Value = 1 });

        await sum.RequestStream.CompleteAsync();
        await twice.RequestStream.CompleteAsync();

        Assert.Equal(0, (await sum).Value);
        Assert.False(await twice.ResponseStream.MoveNext());
        Assert.True(await count.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task Unary_CallCredentials_AddTheirMetadata()
    {
        var credentials = CallCredentials.FromInterceptor(static (_, metadata) =>
        {
            metadata.Add("echo-credential", "set");
            return Task.CompletedTask;
        });
        using var channel = GrpcChannel.ForAddress(
            server.Address, new GrpcChannelOptions { UnsafeUseInsecureChannelCallCredentials = true, Credentials = ChannelCredentials.Insecure });

        var seen = await new Sample.SampleClient(channel).DescribeAsync(new(), new CallOptions(credentials: credentials));

        Assert.Equal("set", seen.Headers["echo-credential"]);
    }

    [Fact]
    public async Task Unary_WaitForReady_Connects()
    {
        using var channel = GrpcChannel.ForAddress(server.Address);
        await channel.ConnectAsync();

        var answer = await new Sample.SampleClient(channel).EchoAsync(new() { AString = "a" }, new CallOptions().WithWaitForReady());

        Assert.Equal(ConnectivityState.Ready, channel.State);
        Assert.Equal("a", answer.AString);
    }

    // Grpc.Net.Client takes the host of the channel, whatever the call names; the client that WithHost makes must work all the same.
    [Fact]
    public async Task Unary_WithHost_Answers() =>
        Assert.Equal("a", (await _client.WithHost("example.test").EchoAsync(new() { AString = "a" })).AString);

    private static Metadata Add(Metadata headers, string name)
    {
        headers.Add(name, "set");
        return headers;
    }
}
