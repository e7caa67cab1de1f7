using Microservices.Gateway.Sessions;
using Microservices.Gateway.WebSockets;

namespace Microservices.Gateway.Delivery;

/// <summary>In what form a recipient gets its frames. Recipients of the same form get the same bytes.</summary>
/// <param name="Version">That of the client's latest frame.</param>
/// <param name="Framing">What its connection is answered in.</param>
/// <param name="IsChatClient">It gets chat and nothing else.</param>
/// <param name="IsBound">Its session is of a further app on its connection: chat names the app.</param>
internal readonly record struct RecipientForm(uint Version, Framing Framing, bool IsChatClient, bool IsBound)
{
    public static RecipientForm Of(Session session) =>
        new(session.Connection.ReplyVersion, session.Connection.Framing, session.IsChatClient, session.IsBound);
}
