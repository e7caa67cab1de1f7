using Microservices.Client.Connections;
using Microservices.Client.Messages;

namespace Microservices.Client.Receiving;

/// <summary>How far a channel is handled, and what of that is still to be saved and to be acknowledged. Guarded by <see cref="Acknowledger"/>.</summary>
internal sealed class ChannelProgress(MessagePosition? cursor)
{
    /// <summary>Everything up to here was handled; null = nothing ever.</summary>
    public MessagePosition? Cursor { get; set; } = cursor;

    public bool IsUnsaved { get; set; }

    /// <summary>Where <see cref="AcknowledgeUpTo"/> is to be acknowledged; null: nothing is.</summary>
    public Connection? AcknowledgeOn { get; set; }

    /// <summary>The latest handled position that came on that connection: another one would be refused there.</summary>
    public MessagePosition AcknowledgeUpTo { get; set; }

    /// <summary>The message or its repeat at this position is done with.</summary>
    public void Advance(MessagePosition position, Connection? acknowledgeOn)
    {
        if (Cursor is not { } cursor || position > cursor)
        {
            Cursor = position;
            IsUnsaved = true;
        }

        if (acknowledgeOn is not null && (acknowledgeOn != AcknowledgeOn || position > AcknowledgeUpTo))
        {
            AcknowledgeOn = acknowledgeOn;
            AcknowledgeUpTo = position;
        }
    }
}
