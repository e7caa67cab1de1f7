using Microservices.Center.Apps;
using Microservices.Center.Diagnostics;
using Microservices.Contracts;
using Microservices.Contracts.Center;

namespace Microservices.Center.Push;

/// <summary>The call Push: judged, named, sent.</summary>
internal sealed class PushCall(AppCatalog apps, PushToUsers toUsers, PushToEverybody toEverybody, CenterMetrics metrics, TimeProvider time)
{
    public async Task<PushReply> RunAsync(PushRequest request, CancellationToken cancellationToken)
    {
        PushRules.Check(request);
        var app = await apps.GetAsync(request.App, cancellationToken);
        PushRules.CheckPayload(request, app);
        if (request.TargetCase == PushRequest.TargetOneofCase.Users)
        {
            var users = request.Users.Users_;
            var content = NewContent(users[0]);
            metrics.Pushed(users.Count == 1 ? "user" : "users");
            return new PushReply { MessageId = content.MessageId, Outcomes = { await toUsers.RunAsync(content, app.Name, users, cancellationToken) } };
        }

        var toAll = NewContent(user: "");
        metrics.Pushed("everybody");
        return new PushReply { MessageId = toAll.MessageId, Rooms = (uint)await toEverybody.RunAsync(toAll, cancellationToken) };

        // A message for several users is named after the partition of the first.
        PushContent NewContent(string user) =>
            new(request, app, MessageId.New(Partition.Of(app.Name, user), time), time.GetUtcNow());
    }
}
