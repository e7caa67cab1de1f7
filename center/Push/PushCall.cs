using Microservices.Center.Apps;
using Microservices.Center.Diagnostics;
using Microservices.Contracts;
using Microservices.Contracts.Center;

namespace Microservices.Center.Push;

/// <summary>The call Push: judged, named, sent.</summary>
internal sealed class PushCall(
    AppCatalog apps,
    PushToUsers toUsers,
    PushToEverybody toEverybody,
    KeptPushToUsers keptToUsers,
    KeptPushToEverybody keptToEverybody,
    CenterMetrics metrics,
    TimeProvider time)
{
    public async Task<PushReply> RunAsync(PushRequest request, CancellationToken cancellationToken)
    {
        PushRules.Check(request);
        var app = await apps.GetAsync(request.App, cancellationToken);
        PushRules.CheckPayload(request, app);
        var isKept = request.Qos == Qos.AtLeastOnce;
        if (isKept)
        {
            PushRules.CheckTimeToLive(request, app);
        }

        // A message for several users is named after the partition of the first.
        var users = request.Users?.Users_;
        var content = new PushContent(request, app, MessageId.New(Partition.Of(app.Name, users?[0] ?? ""), time), time.GetUtcNow());
        metrics.Pushed(users is null ? "everybody" : users.Count == 1 ? "user" : "users", isKept);
        if (users is null)
        {
            return isKept
                ? await keptToEverybody.RunAsync(content, request, cancellationToken)
                : new PushReply { MessageId = content.MessageId, Rooms = (uint)await toEverybody.RunAsync(content, cancellationToken) };
        }

        var outcomes = isKept
            ? await keptToUsers.RunAsync(content, request, cancellationToken)
            : await toUsers.RunAsync(content, app.Name, users, cancellationToken);
        metrics.PushedTo(outcomes);
        return new PushReply { MessageId = content.MessageId, Outcomes = { outcomes } };
    }
}
