using Microservices.Center.Fanout;
using Microservices.Contracts.Bus;
using RegisterKey = Microservices.Contracts.Register.SessionKey;
using Session = Microservices.Contracts.Register.Session;

namespace Microservices.Center.Tests.Fanout;

public sealed class RecipientsByRoomTests
{
    [Fact]
    public void Posts_SessionsOfTwoRooms_AreOneMessageARoom()
    {
        var recipients = new RecipientsByRoom();
        recipients.Add(NewSession(room: 1, session: 10));
        recipients.Add(NewSession(room: 2, session: 10));
        recipients.Add(NewSession(room: 1, session: 11));

        var posts = recipients.Posts(keys => new RoomMessage { Delivery = new Delivery { Recipients = { keys } } });

        Assert.Equal(3, recipients.Count);
        Assert.Equal([1ul, 2ul], posts.Select(post => post.Incarnation));
        Assert.Equal([10ul, 11ul], posts[0].Message.Delivery.Recipients.Select(key => key.Session));
        Assert.Equal([new SessionKey { Session = 10, Epoch = 1012 }], posts[1].Message.Delivery.Recipients);
    }

    private static Session NewSession(ulong room, ulong session) =>
        new() { Incarnation = room, Key = new RegisterKey { Session = session, Epoch = room + session + 1000 } };
}
