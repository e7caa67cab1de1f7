namespace Microservices.Testing;

/// <summary>What a <see cref="Link"/> does with the bytes of one direction.</summary>
public enum Flow
{
    /// <summary>It passes them on.</summary>
    Forward,

    /// <summary>It doesn't take them, and doesn't tell that the sender has closed: a link that is half-open.</summary>
    Hold,

    /// <summary>It takes them and throws them away, until the connection ends.</summary>
    Drop,
}
