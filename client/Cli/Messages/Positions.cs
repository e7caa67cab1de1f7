using System.Globalization;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Messages;

/// <summary>Places in channels as people read them.</summary>
internal static class Positions
{
    /// <summary>Epoch and sequence; empty for none.</summary>
    public static string Of(ChannelPosition? position) =>
        position is null or { Epoch: 0, Seq: 0 } ? "" : string.Create(CultureInfo.InvariantCulture, $"{position.Epoch}-{position.Seq}");
}
