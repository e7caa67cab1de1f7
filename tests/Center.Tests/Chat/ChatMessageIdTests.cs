using Microservices.Center.Chat;
using Microservices.Center.Tests.Support;
using Microservices.Contracts;

namespace Microservices.Center.Tests.Chat;

public sealed class ChatMessageIdTests
{
    [Fact]
    public void OfDelivery_SameMessage_IsTheSame()
    {
        var message = Uplink.Chat("ann", 1, to: ["bob"]);
        var repeat = message.Clone();
        repeat.Chat.ChatContent = "the content doesn't count";

        Assert.Equal(ChatMessageId.OfDelivery(message), ChatMessageId.OfDelivery(repeat));
        Assert.NotEqual(ChatMessageId.OfDelivery(message), ChatMessageId.OfNotice(message));
    }

    [Fact]
    public void OfDelivery_OtherMessage_IsAnother()
    {
        var message = Uplink.Chat("ann", 1, to: ["bob"]);
        var next = Uplink.Chat("ann", 2, to: ["bob"]);
        var otherRoom = message.Clone();
        otherRoom.Incarnation++;
        var otherSession = message.Clone();
        otherSession.Session.Session++;

        Assert.Equal(4, new[] { message, next, otherRoom, otherSession }.Select(ChatMessageId.OfDelivery).Distinct().Count());
    }

    [Fact]
    public void OfDelivery_Form_IsThatOfMessageIds()
    {
        var message = Uplink.Chat("ann", 1, to: ["bob"]);

        var id = ChatMessageId.OfDelivery(message);

        var uuid = Guid.Parse(id[5..]);
        Assert.Equal($"{Partition.Of("default", "ann"):D4}-", id[..5]);
        Assert.Equal(MessageId.New(0, TimeProvider.System).Length, id.Length);
        Assert.Equal((7, 8), (uuid.Version, uuid.Variant & 0xC));
        Assert.Equal(message.ReceivedUnixMs, Convert.ToInt64(uuid.ToString("N")[..12], 16));
    }
}
