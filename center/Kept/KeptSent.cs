using Microservices.Bus;
using Microservices.Contracts.Register;

namespace Microservices.Center.Kept;

/// <summary>What became of the rooms' messages.</summary>
internal sealed class KeptSent(string messageId, IReadOnlyDictionary<(ulong Room, string Id), PublishOutcome> rooms)
{
    /// <summary>Of the message to a session that <paramref name="result"/> names.</summary>
    public PublishOutcome To(Session session, AppendResult result) => rooms[(session.Incarnation, IdOf(result, messageId))];

    /// <summary>The name under which the message is kept: a repeat's is that of the first.</summary>
    public static string IdOf(AppendResult result, string ownId) => result.MessageId.Length > 0 ? result.MessageId : ownId;
}
