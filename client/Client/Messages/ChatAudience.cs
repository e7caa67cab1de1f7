namespace Microservices.Client.Messages;

/// <summary>Whom a chat message went to.</summary>
public enum ChatAudience
{
    /// <summary>This user alone.</summary>
    One = 0,

    /// <summary>Several users.</summary>
    Several = 1,

    /// <summary>Everybody.</summary>
    All = 2,
}
