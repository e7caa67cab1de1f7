using Microservices.Client.Messages;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Client.Tests.Server;

/// <summary>Kept messages as a gateway sends them, and what a client says of them.</summary>
internal static class Kept
{
    public static PushDelivery Push(ulong seq, ulong epoch = 1, string channel = ChannelNames.Inbox) => new()
    {
        Id = $"{channel}-{epoch}-{seq}",
        App = "shop",
        Channel = channel,
        Epoch = epoch,
        Seq = seq,
        ContentType = "text/plain",
        Payload = System.Text.Encoding.UTF8.GetBytes($"{seq}"),
    };

    public static Task SendAsync(FakeConnection connection, params PushDelivery[] pushes) => connection.SendAsync(
        [.. pushes.SelectMany(push => FrameWriter.ToArray(ProtocolVersion.Current, Command.Push, push))]);

    /// <summary>Reads acknowledgements of one channel until this position has been acknowledged, and nothing beyond it.</summary>
    /// <returns>How many frames that took.</returns>
    public static async Task<int> ReadAckAsync(FakeConnection connection, ulong seq, ulong epoch = 1, string channel = ChannelNames.Inbox)
    {
        for (var frames = 1; ; frames++)
        {
            var ack = await connection.ReadAsync<Ack>(Command.Ack);
            var position = Assert.Single(ack.Positions);
            Assert.Equal(channel, position.Channel);
            var place = new MessagePosition(position.Epoch, position.Seq);
            Assert.True(place <= new MessagePosition(epoch, seq), $"{place} was acknowledged; {epoch}-{seq} was expected.");
            if (place == new MessagePosition(epoch, seq))
            {
                return frames;
            }
        }
    }

    /// <summary>The client sends a chat, and nothing before it.</summary>
    public static async Task SaysNothingAsync(FakeConnection connection, PushClient client)
    {
        await client.SendChatAsync("bob", "nothing yet");
        await connection.ReadAsync<SingleChat>(Command.SingleChat);
    }
}
