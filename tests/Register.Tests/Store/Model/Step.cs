namespace Microservices.Register.Tests.Store.Model;

/// <summary>What may happen to sessions. Numbers choose among what there is, modulo its count; a step for which there is nothing does nothing.</summary>
internal abstract record Step;

/// <summary>A client logs in with its token.</summary>
internal sealed record Login(int User, int Device, int Room) : Step;

/// <summary>A client comes with the ticket of a session of the past, and with a token or without.</summary>
internal sealed record Resume(int Past, int Room, bool HasToken) : Step;

/// <summary>A room claims again everything that it holds, under its present incarnation.</summary>
internal sealed record Reclaim(int Room) : Step;

/// <summary>A room's lease is dead; it has a new one, and still holds its connections.</summary>
internal sealed record LoseLease(int Room) : Step;

/// <summary>The sessions of dead incarnations of a room are swept.</summary>
internal sealed record Sweep(int Room) : Step;

/// <summary>A room says that a session ended, rightly or late.</summary>
internal sealed record End(int Past, uint Code) : Step;

/// <summary>A room says how a session is, rightly or late.</summary>
internal sealed record Report(int Past, bool Away) : Step;

internal sealed record KickUser(int User) : Step;

internal sealed record KickDevice(int User, int Device) : Step;

internal sealed record KickEpoch(int Past) : Step;

internal sealed record Revoke(int User) : Step;

/// <summary>The store has lost everything.</summary>
internal sealed record Wipe : Step;
