namespace Microservices.Register.Tests.Store.Channels.Model;

/// <summary>What may happen to channels. User 0 is "all". Times are in ticks; <see cref="Never"/> doesn't come to pass in a story.</summary>
internal abstract record ChannelStep
{
    public const int Never = 1_000_000;
}

/// <param name="Key">0 = none.</param>
internal sealed record AppendOne(int User, string Text, int Key, int TimeToLive, int KeyWindow, bool IsDueAtOnce) : ChannelStep;

internal sealed record OpenInbox(int User, int Device, bool IsAttempt, int MaxAttempts, int MinDeadAge, int MaxMessages, int MaxBytes) : ChannelStep;

/// <param name="Back">Which of the positions that the user's channel has given, 0 = the latest; less than 0: beyond it.</param>
internal sealed record AckOne(int User, int Device, int Back) : ChannelStep;

/// <param name="Back">As in <see cref="AckOne"/>, of the channel "all".</param>
internal sealed record AckAll(int User, int Device, int Back) : ChannelStep;

internal sealed record ReadOne(int User, int Back, int MaxMessages, int MaxBytes) : ChannelStep;

internal sealed record TakeDue(int User, bool IsAgainAtOnce) : ChannelStep;

internal sealed record Come(int User) : ChannelStep;

internal sealed record Go(int User) : ChannelStep;

internal sealed record Pass(int Ticks) : ChannelStep;

/// <summary>The store ends and begins again, on what it has kept.</summary>
internal sealed record Restart : ChannelStep;

/// <summary>The store loses everything.</summary>
internal sealed record Wipe : ChannelStep;
