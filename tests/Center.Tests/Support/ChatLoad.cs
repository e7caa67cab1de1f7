using System.Globalization;
using Microservices.Bus;
using Microservices.Contracts.Bus;
using Microservices.Testing;

namespace Microservices.Center.Tests.Support;

/// <summary>
/// Several senders chat at once: message i goes to bob, to bob and cid, or to all, in turn. Bob is in the first room, cid in the second.
/// Rooms drop what they had, by the message's id, as gateways do; then each sender's messages must be complete and in order.
/// </summary>
internal sealed class ChatLoad(TestRoom first, TestRoom second, int senders, int messagesEach)
{
    private readonly Dictionary<string, SessionKey> _sessions = [];

    /// <summary>How many different messages came to the rooms so far.</summary>
    public int Came => Contents(first).Length + Contents(second).Length;

    public int Expected => senders * (ExpectedIn(first).Length + ExpectedIn(second).Length);

    public async Task LoginAsync()
    {
        await first.LoginAsync("bob");
        await second.LoginAsync("cid");
        for (var sender = 0; sender < senders; sender++)
        {
            _sessions[$"sender-{sender}"] = await RoomOf(sender).LoginAsync($"sender-{sender}");
        }
    }

    /// <summary>Everything is with the bus when this returns.</summary>
    public Task SendAsync() => Task.WhenAll(Enumerable.Range(0, senders).Select(SendAsync));

    /// <summary>Waits until everything came, and checks its order.</summary>
    public async Task CheckAsync()
    {
        await Eventually.HoldsAsync(() => Came >= Expected, "all messages came", () => $"{Came} of {Expected}", TimeSpan.FromSeconds(90));
        foreach (var room in new[] { first, second })
        {
            var expected = ExpectedIn(room);
            var came = Contents(room).ToLookup(content => content.Split('#')[0], content => int.Parse(content.Split('#')[1], CultureInfo.InvariantCulture));
            for (var sender = 0; sender < senders; sender++)
            {
                Assert.Equal(expected, came[$"sender-{sender}"]);
            }
        }
    }

    private TestRoom RoomOf(int sender) => sender % 2 == 0 ? first : second;

    private async Task SendAsync(int number)
    {
        var sender = $"sender-{number}";
        for (var i = 0; i < messagesEach; i++)
        {
            (uint Command, string[] To) request = (i % 3) switch
            {
                0 => (2, ["bob"]),
                1 => (3, ["bob", "cid"]),
                _ => (4, []),
            };
            var counter = (ulong)i + 1;
            await Eventually.HoldsAsync(
                async () => await RoomOf(number).ChatAsync(sender, _sessions[sender], counter, request.Command, $"{sender}#{counter - 1}", request.To) == PublishOutcome.Accepted,
                $"the bus takes message {counter} of {sender}",
                deadline: TimeSpan.FromSeconds(90));
        }
    }

    private int[] ExpectedIn(TestRoom room) => [.. Enumerable.Range(0, messagesEach).Where(i => room == first || i % 3 != 0)];

    private static string[] Contents(TestRoom room) =>
        [.. room.Messages.Where(message => message.Delivery?.Chat is not null).DistinctBy(message => message.Id).Select(message => message.Delivery.Chat.ChatContent)];
}
