using Microservices.Contracts.Bus;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Tests.Service;

/// <summary>A request whose <c>id</c> is so long that its answer, which repeats it, is over the limit of a frame.</summary>
public sealed class LongIdTests
{
    private static readonly string LongId = new('i', (int)Frame.DefaultMaxBytes);

    [Theory]
    [InlineData("wrong")]
    [InlineData("token-ann")]
    public async Task Verify_IsClosedAndOthersLogIn(string token)
    {
        await using var gateway = await StartAsync(("Sessions:ConcurrentLoginCalls", "1"));
        var client = await gateway.ConnectAsync();

        client.Verify("ann", token, id: LongId);

        await client.ReadErrorAsync(Code.FrameTooLarge);
        await client.ReadEndAsync();
        await gateway.LogInAsync("bob");
        Assert.Null(gateway.Sessions.All.FirstOrDefault(static session => session.User == "ann"));
    }

    [Fact]
    public async Task MalformedBody_IsToldWithoutTheId()
    {
        await using var gateway = await StartAsync();
        var client = await gateway.LogInAsync("ann", 1100);

        client.SendText(Command.SingleChat, $$"""{"id":"{{LongId}}","chat_content":[]}""");

        Assert.Empty((await client.ReadErrorAsync(Code.MalformedBody)).Id);
        await client.ReadEndAsync();
    }

    [Fact]
    public async Task Chat_ThatTheBusDoesNotTake_IsClosed()
    {
        await using var gateway = await StartAsync();
        var client = await gateway.LogInAsync("ann");
        gateway.Bus.IsAway = true;

        client.Send(Command.SingleChat, new SingleChat { ChatTo = "bob", ChatContent = "hi", Id = LongId });

        await client.ReadErrorAsync(Code.FrameTooLarge);
        await client.ReadEndAsync();
    }

    [Fact]
    public async Task Notice_OfIt_ClosesTheConnection()
    {
        await using var gateway = await StartAsync();
        var client = await gateway.LogInAsync("ann");

        await gateway.SendAsync(new RoomMessage
        {
            Notice = new Notice
            {
                Session = gateway.KeyOf("ann"),
                Command = (uint)Command.SingleChat,
                RequestId = LongId,
                Code = (uint)Code.NotDelivered,
                Message = "bob is offline.",
            },
        });

        await client.ReadErrorAsync(Code.FrameTooLarge);
        await client.ReadEndAsync();
    }

    private static Task<RunningGateway> StartAsync(params (string Key, string Value)[] settings) =>
        RunningGateway.StartAsync(true, [("Admission:MaxFrameBytes", "131072"), .. settings]);
}
