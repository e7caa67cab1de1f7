using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Microservices.Contracts.Bus;

namespace Microservices.Register.Channels;

/// <summary>What the messages of a batch hold, each written and digested once however many users get it.</summary>
internal sealed class KeptContents(IReadOnlyList<KeptMessage> contents)
{
    private const int DigestBytes = 16;
    private readonly Content?[] _contents = new Content?[contents.Count];

    /// <summary>Null: there is none of this number.</summary>
    public Content? At(uint index)
    {
        if (index >= contents.Count)
        {
            return null;
        }

        return _contents[index] ??= Read(contents[(int)index]);
    }

    private static Content Read(KeptMessage message)
    {
        var payload = message.ContentCase switch
        {
            KeptMessage.ContentOneofCase.Push => message.Push.Payload.Length,
            KeptMessage.ContentOneofCase.Chat => Encoding.UTF8.GetByteCount(message.Chat.ChatContent),
            _ => 0,
        };
        return FaultOf(message, payload) is { } fault
            ? new Content(fault, message.Id, payload, default, default)
            : new Content(null, message.Id, payload, message.ToByteArray(), DigestOf(message));
    }

    private static string? FaultOf(KeptMessage message, int payload)
    {
        if (message.Id.Length is 0 or > ChannelLimits.MaxIdLength)
        {
            return $"content.id has {message.Id.Length} characters; it takes 1 to {ChannelLimits.MaxIdLength}";
        }

        if (!ChannelRules.IsVisibleAscii(message.Id))
        {
            return "content.id has a character that is not visible ASCII";
        }

        if (message.ContentCase == KeptMessage.ContentOneofCase.None)
        {
            return "content holds neither chat nor push";
        }

        if (message.Audience is not (Audience.One or Audience.Several or Audience.All))
        {
            return $"content.audience {(int)message.Audience} is none of one (1), several (2) and all (3)";
        }

        if (message.Push is { ExpiresUnixMs: not 0 } push)
        {
            return $"content.push.expires_unix_ms is {push.ExpiresUnixMs}; ttl_ms says when a kept message expires";
        }

        return message.CalculateSize() - payload is var rest && rest > ChannelLimits.MaxEnvelopeBytes
            ? $"content has {rest} bytes beside its payload; it takes at most {ChannelLimits.MaxEnvelopeBytes}"
            : null;
    }

    /// <summary>Of what its sender says: not of the id, which is another one at each attempt; not of how many it goes to, since a list may be repeated in part; not of the app's sender name.</summary>
    private static byte[] DigestOf(KeptMessage message)
    {
        var said = new KeptMessage(message) { Id = "", Audience = Audience.One };
        if (said.Push is { } push)
        {
            push.Sender = "";
        }

        return SHA256.HashData(said.ToByteArray())[..DigestBytes];
    }
}

/// <param name="Fault">What is wrong with it; null = nothing.</param>
/// <param name="PayloadBytes">Of the push's payload or the chat's text.</param>
internal sealed record Content(string? Fault, string Id, int PayloadBytes, ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte> Digest);
