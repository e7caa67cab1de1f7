namespace Microservices.Register.Tests.Store.Model;

/// <summary>A session that was granted once. Its room holds it until the room says that it ended, or learns that it was overtaken.</summary>
internal sealed record Past(string User, string Device, int Room, ulong Session, ulong Epoch)
{
    public bool IsHeld { get; set; } = true;

    /// <summary>The room's word on its client.</summary>
    public bool IsAway { get; set; }
}
