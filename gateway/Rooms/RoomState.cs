namespace Microservices.Gateway.Rooms;

/// <summary>Which lease this gateway has.</summary>
internal sealed class RoomState
{
    private ulong _incarnation;

    /// <summary>The incarnation of the present lease; 0 until there was one.</summary>
    public ulong Incarnation
    {
        get => Volatile.Read(ref _incarnation);
        set => Volatile.Write(ref _incarnation, value);
    }
}
