using System.Buffers.Binary;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>What clients do wrong.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(0u, Code.FrameTooShort)]
    [InlineData(11u, Code.FrameTooShort)]
    [InlineData(65_537u, Code.FrameTooLarge)]
    [InlineData(uint.MaxValue, Code.FrameTooLarge)]
    public async Task Length_OutOfBounds_IsToldAndClosed(uint length, Code code)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var fresh = await gateway.ConnectAsync();
        var verified = await gateway.LogInAsync("ann", 1100);

        fresh.Send(TestClient.Header(length, 2, 1));
        var onlyLength = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(onlyLength, length);
        verified.Send(onlyLength);

        Assert.Contains($"{length}", (await fresh.ReadErrorAsync(code)).Message, StringComparison.Ordinal);
        await fresh.ReadEndAsync();
        await verified.ReadErrorAsync(code);
        await verified.ReadEndAsync();
        Assert.Equal(2, gateway.Metrics.Closes(code));
        Assert.Equal(0, gateway.Sessions.Count);
    }

    [Fact]
    public async Task Frame_AtTheLimit_IsRead()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Admission:MaxFrameBytes", "2000"));
        var client = await gateway.LogInAsync("ann", 1100);

        client.SendText(Command.Heartbeat, "{}".PadRight(2000 - Frame.HeaderBytes));

        Assert.Empty(await client.ReadUntilAnsweredAsync());
    }

    [Theory]
    [InlineData(Command.SingleChat, "{\"chat_to\":")]
    [InlineData(Command.SingleChat, "[]")]
    [InlineData(Command.GroupChat, "{\"chat_to\":7}")]
    [InlineData(Command.Verify, "not json")]
    public async Task Json_ThatDoesNotParse_IsToldAndClosed(Command command, string text)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("138", 1100);

        client.SendText(command, text);

        Assert.Equal(command, (await client.ReadErrorAsync(Code.MalformedBody)).Command);
        await client.ReadEndAsync();
    }

    [Fact]
    public async Task Protobuf_ThatDoesNotParse_IsToldAndClosed()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann");

        client.Send([.. TestClient.Header(14, 2, 2), 0x12, 0xff]);

        await client.ReadErrorAsync(Code.MalformedBody);
        await client.ReadEndAsync();
    }

    [Theory]
    [InlineData(3u)]
    [InlineData(50u)]
    [InlineData(99u)]
    public async Task Version_ThatIsReserved_IsToldTheRangeAndClosed(uint version)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var fresh = await gateway.ConnectAsync();
        var json = await gateway.LogInAsync("138", 1100);

        fresh.Send(TestClient.Header(12, version, 1));
        json.Send(TestClient.Header(12, version, 5));

        foreach (var client in new[] { fresh, json })
        {
            var frame = await client.ReadAsync();
            var error = frame.As<Error>();
            Assert.Equal((2u, Code.UnsupportedVersion, 2u, 2u), (frame.Header.Version, error.Code, error.MinVersion, error.MaxVersion));
            await client.ReadEndAsync();
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(13u)]
    [InlineData(14u)]
    [InlineData(101u)]
    [InlineData(uint.MaxValue)]
    public async Task Command_ThatIsUnknown_IsToldAndTheConnectionGoesOn(uint command)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("138", 1100);

        client.Send(TestClient.Header(12, 1100, command));
        client.SendText(Command.SingleChat, """{"chat_to":"139","chat_content":"still here"}""");

        Assert.Equal(command, (uint)(await client.ReadErrorAsync(Code.UnknownCommand)).Command);
        Assert.Equal("still here", (await gateway.UplinkAsync()).Chat.ChatContent);
    }

    [Fact]
    public async Task Faults_InAFlood_AreNotAnsweredInKind()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Connections:MaxErrorsPerSecond", "3"));
        var client = await gateway.LogInAsync("ann");

        client.Send([.. Enumerable.Repeat(TestClient.Header(12, 2, 77), 1_000).SelectMany(frame => frame)]);
        client.Send(Command.SingleChat, new SingleChat { ChatTo = "bob", ChatContent = "hi" });

        await gateway.UplinkAsync();
        Assert.True(gateway.Metrics.SuppressedErrors >= 900, $"{gateway.Metrics.SuppressedErrors} suppressed");
    }

    [Fact]
    public async Task Frames_CutAndGluedInAnyWay_AreReadTheSame()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("138", 1100);
        byte[] bytes = [.. Enumerable.Range(0, 300).SelectMany(i => client.Encode(Command.SingleChat, new SingleChat { ChatTo = "139", ChatContent = new string('x', i) }))];
        var random = new Random(7);

        for (var sent = 0; sent < bytes.Length;)
        {
            var length = Math.Min(random.Next(1, 900), bytes.Length - sent);
            client.Send(bytes.AsSpan(sent, length));
            sent += length;
        }

        for (var i = 0; i < 300; i++)
        {
            Assert.Equal(i, (await gateway.UplinkAsync()).Chat.ChatContent.Length);
        }
    }

    [Fact]
    public async Task EndOfStream_InsideAFrame_EndsTheConnection()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann");

        client.Send(TestClient.Header(500, 2, 2));
        client.Finish();

        await client.ReadEndAsync();
        await Eventually.HoldsAsync(() => gateway.Metrics.Closes(Code.ConnectionLost) == 1, "the connection has ended");
    }
}
