using Microservices.Contracts.Register;

namespace Microservices.Gateway.Resume;

/// <summary>The keys of resume tickets as register told them last. The first signs; every one verifies. Never logged.</summary>
internal sealed class TicketKeys
{
    private const int SecretBytes = 32;

    private TicketKey[] _keys = [];

    /// <summary>The one that signs; null while register has told none.</summary>
    public TicketKey? Signing => Volatile.Read(ref _keys) is [var first, ..] ? first : null;

    public TicketKey? Find(uint id)
    {
        foreach (var key in Volatile.Read(ref _keys))
        {
            if (key.Id == id)
            {
                return key;
            }
        }

        return null;
    }

    /// <summary>Takes what register told; unset, or empty, means that the former ones hold.</summary>
    public void Set(ResumeKeys? told)
    {
        // Whoever could make us take a short secret could guess it.
        if (told?.Keys.Where(static key => key.Secret.Length >= SecretBytes).Select(static key => new TicketKey(key.Id, key.Secret.ToByteArray())).ToArray() is { Length: > 0 } keys)
        {
            Volatile.Write(ref _keys, keys);
        }
    }
}

/// <summary>A key of resume tickets. A class, so that nothing prints the secret.</summary>
internal sealed class TicketKey(uint id, byte[] secret)
{
    public uint Id => id;

    public ReadOnlySpan<byte> Secret => secret;
}
