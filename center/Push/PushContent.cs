using System.Text.Unicode;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;
using PushBody = Microservices.Contracts.Bus.Push;
using SessionKey = Microservices.Contracts.Bus.SessionKey;

namespace Microservices.Center.Push;

/// <summary>What is pushed, the same for every room.</summary>
internal sealed class PushContent(PushRequest request, App app, string messageId, DateTimeOffset now)
{
    private readonly PushBody _body = new()
    {
        Payload = request.Payload,
        ContentType = request.ContentType.Length == 0 ? PushLimits.DefaultContentType : request.ContentType,
        Type = request.Type,
        Sender = app.Sender.Length == 0 ? app.Name : app.Sender,
        ExpiresUnixMs = request.TtlMs == 0 ? 0 : now.ToUnixTimeMilliseconds() + request.TtlMs,
    };

    public string MessageId => messageId;

    /// <summary>UTF-8 text, which clients of the chat protocol can show.</summary>
    public bool IsText { get; } = Utf8.IsValid(request.Payload.Span);

    /// <summary>What the log gets. When it expires stands beside it there.</summary>
    public KeptMessage ToKeep(Audience audience) => new()
    {
        Id = messageId,
        Audience = audience,
        NotifyOnly = request.NotifyOnly,
        Push = new PushBody(_body) { ExpiresUnixMs = 0 },
    };

    public RoomMessage To(IReadOnlyList<SessionKey> recipients, Audience audience) => Message(new Delivery
    {
        Recipients = { recipients },
        Audience = audience,
    });

    public RoomMessage ToEverybody() => Message(new Delivery { Everybody = true, Audience = Audience.All });

    private RoomMessage Message(Delivery delivery)
    {
        delivery.App = app.Name;
        delivery.Push = _body;
        return new RoomMessage { Id = messageId, Delivery = delivery };
    }
}
