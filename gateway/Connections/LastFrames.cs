using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Connections;

/// <summary>What a client is told last, by the reason of the close and by what it understands.</summary>
internal static class LastFrames
{
    /// <summary>The last frame, encoded; nothing where no word is needed. Valid until the thread encodes the next frame.</summary>
    /// <param name="error">What the client did wrong; null where the reason says it all.</param>
    /// <param name="spreadMs">Over how long a reconnect is to be spread.</param>
    public static ReadOnlySpan<byte> Encode(Connection connection, ConnectionParts parts, Code reason, string message, Error? error, uint spreadMs)
    {
        // The link is gone, or the client knows.
        if (reason is Code.ConnectionLost or Code.Goodbye or Code.SlowConsumer)
        {
            return [];
        }

        if (error is null && ActionOf(reason) is { } action)
        {
            if (KnowsDirectives(connection))
            {
                return Encode(connection, parts, Command.Directive, new Directive
                {
                    Action = action,
                    Code = reason,
                    Reason = CodeTable.NameOf(reason),
                    Message = message,
                    AfterMs = spreadMs,
                });
            }

            // Clients of the chat protocol connect again when the link ends; that is all that is wanted of them.
            if (reason == Code.GoingAway)
            {
                return [];
            }
        }

        return Encode(connection, parts, Command.Error, error ?? new Error
        {
            Code = reason,
            Reason = CodeTable.NameOf(reason),
            Message = message,
            RetryAfterMs = CodeTable.ActionOf(reason) == ClientAction.BackOff ? parts.RetryAfterMs : 0,
        });
    }

    /// <summary>A client that knows directives (107): it verified with sdk or features, or speaks version 2.</summary>
    private static bool KnowsDirectives(Connection connection) =>
        connection.Session is { } session ? !session.IsChatClient : connection.ReplyVersion == ProtocolVersion.Current;

    private static string? ActionOf(Code reason) => reason switch
    {
        Code.GoingAway or Code.AckTimeout => DirectiveAction.Reconnect,
        Code.Displaced or Code.Kicked or Code.TokenRevoked or Code.TokenExpired => DirectiveAction.LogOut,
        _ => null,
    };

    private static ReadOnlySpan<byte> Encode<TBody>(Connection connection, ConnectionParts parts, Command command, scoped in TBody body)
        where TBody : IBody<TBody>, new()
    {
        ReadOnlySpan<byte> frame;
        try
        {
            frame = FrameScratch.Encode(connection.ReplyVersion, command, body, Frame.DefaultMaxBytes);
        }
        catch (ProtocolException) when (body is Error { Id.Length: > 0 } error)
        {
            // All else in it is ours, and short.
            error.Id = "";
            frame = FrameScratch.Encode(connection.ReplyVersion, command, error, Frame.DefaultMaxBytes);
        }

        parts.Metrics.FrameOut(command, frame.Length);
        return frame;
    }
}
