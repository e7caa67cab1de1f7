using Microservices.Contracts.Bus;
using Microservices.Register.Store;

namespace Microservices.Register.Channels;

/// <summary>Positions between contract and store.</summary>
internal static class Positions
{
    public static LogPosition ToStore(this Position? position) => position is null ? LogPosition.Start : new LogPosition(position.Epoch, position.Seq);

    public static Position ToContract(this LogPosition position) => new() { Epoch = position.Epoch, Seq = position.Seq };

    /// <summary>A log can have got there.</summary>
    public static bool IsPossible(this LogPosition position) => position.Epoch <= ChannelLimits.MaxPosition && position.Seq <= ChannelLimits.MaxPosition;

    /// <summary>Null when a log can have got there.</summary>
    public static string? FaultOf(Position? position) =>
        position.ToStore().IsPossible() ? null : $"epoch {position!.Epoch}, seq {position.Seq} is beyond what a log can have; the limit of both is {ChannelLimits.MaxPosition}";
}
