using Microservices.Contracts.Center;

namespace Microservices.Fault.Tests.Delivery.Support;

/// <summary>A message that the center has promised to deliver.</summary>
internal sealed record Accepted(string Text, ChannelPosition Position)
{
    public override string ToString() => $"'{Text}' at {Position.Epoch}-{Position.Seq}";
}
