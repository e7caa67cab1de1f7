namespace Microservices.Gateway.Rooms;

/// <summary>What the room knows of its own lease.</summary>
internal enum LeaseState
{
    /// <summary>The room's own deadline has passed and register has not been heard since: the lease may be dead.</summary>
    InDoubt,

    /// <summary>Before the deadline.</summary>
    Valid,

    /// <summary>Past the deadline, and register is away: nobody else has declared it dead, so what is here goes on.</summary>
    Detached,

    /// <summary>Register said so. What is here counts again when it is claimed under the next lease.</summary>
    Dead,
}
