using System.Collections.Concurrent;
using Microservices.Gateway.Sessions;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>The channels "all" of the apps, as the room has them.</summary>
internal sealed class SharedLog(LogReads reads) : IChannelSource
{
    private readonly ConcurrentDictionary<string, LogPosition> _heads = new(StringComparer.Ordinal);
    private readonly Task _headsKnown = Task.CompletedTask;

    public LogPage? Read(Session session, LogPosition after)
    {
        reads.Add(session, ChannelKind.All, after);
        return null;
    }

    /// <summary>The latest entry that is known of; (0, 0) = none.</summary>
    public LogPosition HeadOf(string app) => _heads.GetValueOrDefault(app);

    /// <summary>Completes when register has told the heads, or knows none to tell.</summary>
    public Task UntilHeadsKnownAsync(CancellationToken cancellationToken) => _headsKnown.WaitAsync(cancellationToken);

    /// <summary>A message of "all" came on the bus; sessions are offered it after this returns.</summary>
    public void Offer(LogPosition position, KeptContent content) =>
        _heads.AddOrUpdate(content.App, position, (_, head) => LogPosition.Later(head, position));
}
