using Microservices.Center.Chat;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;

namespace Microservices.Center.Tests.Chat;

public sealed class ChatRulesTests
{
    private static readonly App Open = new() { Name = "default", Chat = new ChatPolicy { Users = true, Broadcast = true, MaxRecipients = 2 } };
    private static readonly App Closed = new() { Name = "default" };

    [Theory]
    [InlineData(2u, "bob", true, null, null)]
    [InlineData(3u, "bob,cid", true, null, null)]
    [InlineData(4u, "", true, null, null)]
    [InlineData(2u, "bob", false, 4505u, "App 'default' does not allow chat to users.")]
    [InlineData(3u, "bob", false, 4505u, "App 'default' does not allow chat to users.")]
    [InlineData(4u, "", false, 4505u, "App 'default' does not allow chat to all.")]
    [InlineData(2u, "", true, 4506u, "chat_to: it names nobody.")]
    [InlineData(3u, "", true, 4506u, "chat_to: it names nobody.")]
    [InlineData(2u, "bob,cid", true, 4508u, "chat_to: 2 recipients; the limit is 1.")]
    [InlineData(3u, "bob,cid,dan", true, 4508u, "chat_to: 3 recipients; the limit is 2.")]
    [InlineData(3u, "bob,\u0001", true, 4506u, "chat_to: user has a control character or is not well-formed.")]
    [InlineData(9u, "bob", true, 4506u, "Command 9 is not a chat command.")]
    public void FaultOf_Request_IsJudgedByThePolicy(uint command, string to, bool open, uint? code, string? sentence)
    {
        var chat = new ChatRequest { Command = command, ChatTo = { to.Split(',', StringSplitOptions.RemoveEmptyEntries) } };

        var refusal = ChatRules.FaultOf(chat, "default", open ? Open : Closed);

        Assert.Equal((code, sentence), (refusal?.Code.Number, refusal?.Message));
    }

    [Fact]
    public void FaultOf_NoLimitStated_Is100()
    {
        var app = new App { Name = "default", Chat = new ChatPolicy { Users = true } };
        var chat = new ChatRequest { Command = 3, ChatTo = { Enumerable.Range(0, 100).Select(i => $"u{i}") } };

        Assert.Null(ChatRules.FaultOf(chat, "default", app));
        chat.ChatTo.Add("one more");
        Assert.Equal("chat_to: 101 recipients; the limit is 100.", ChatRules.FaultOf(chat, "default", app)?.Message);
    }

    [Fact]
    public void FaultOf_UnknownApp_IsRefused() =>
        Assert.Equal(4504u, ChatRules.FaultOf(new ChatRequest { Command = 2 }, "default", null)?.Code.Number);
}
