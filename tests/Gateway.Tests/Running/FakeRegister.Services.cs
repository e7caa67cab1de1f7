using Grpc.Core;
using Microservices.Contracts.Register;

namespace Microservices.Gateway.Tests.Running;

/// <summary>The gRPC services that gateways call.</summary>
internal sealed partial class FakeRegister
{
    private sealed class RoomsFake(FakeRegister fake) : Contracts.Register.Rooms.RoomsBase
    {
        public override async Task Lease(IAsyncStreamReader<LeaseRequest> requestStream, IServerStreamWriter<LeaseReply> responseStream, ServerCallContext context)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, FrontOf(context).Stopping.Token);
            try
            {
                while (await requestStream.MoveNext(either.Token))
                {
                    if (fake.HungPort == FrontOf(context).Port)
                    {
                        await Task.Delay(Timeout.Infinite, either.Token);
                    }

                    if (fake.OnLease is { } hook)
                    {
                        await hook(requestStream.Current).WaitAsync(either.Token);
                    }

                    if (requestStream.Current.KindCase == LeaseRequest.KindOneofCase.Open)
                    {
                        fake.Opened.AddOrUpdate(FrontOf(context).Port, 1, static (_, count) => count + 1);
                    }

                    if (Answer(requestStream.Current) is not { } reply)
                    {
                        return;
                    }

                    await responseStream.WriteAsync(reply, either.Token);
                    if (reply.KindCase == LeaseReply.KindOneofCase.Dead)
                    {
                        return;
                    }
                }
            }
            catch (OperationCanceledException)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "stopping"));
            }
        }

        private LeaseReply? Answer(LeaseRequest request)
        {
            lock (fake._sync)
            {
                switch (request.KindCase)
                {
                    case LeaseRequest.KindOneofCase.Open when request.Open.Incarnation == 0:
                        fake.Rooms.Enqueue(request.Open.Room);
                        fake.Incarnation = ++fake._incarnation;
                        return Granted();
                    case LeaseRequest.KindOneofCase.Open:
                        return request.Open.Incarnation == fake.Incarnation ? Granted() : new LeaseReply { Dead = new LeaseDead() };
                    case LeaseRequest.KindOneofCase.Release:
                        fake.Events.Enqueue("release");
                        fake.Incarnation = 0;
                        return null;
                    default:
                        return Renewed(request.Renew);
                }
            }
        }

        private LeaseReply Renewed(RenewLease renewal)
        {
            fake.Renewals.Enqueue(renewal);
            if (fake.Incarnation == 0)
            {
                return new LeaseReply { Dead = new LeaseDead() };
            }

            foreach (var key in renewal.Closed)
            {
                fake.Confirmed.Enqueue(key);
                fake._displaced.Remove(key);
            }

            var renewed = new LeaseRenewed { Displaced = { fake._displaced }, Refill = fake.Refill, ResumeKeys = fake.ResumeKeys };
            if (fake.TellsHeads)
            {
                renewed.Heads.AddRange(fake.Logs.Heads());
            }

            return new LeaseReply { Renewed = renewed };
        }

        private LeaseReply Granted() => new()
        {
            Granted = new LeaseGranted
            {
                Incarnation = fake.Incarnation,
                LeaseMs = (uint)fake.LeaseMs,
                RenewEveryMs = (uint)fake.RenewEveryMs,
                Refill = fake.Refill,
                ResumeKeys = fake.ResumeKeys,
            },
        };
    }

    private sealed class SessionsFake(FakeRegister fake) : Contracts.Register.Sessions.SessionsBase
    {
        public override async Task<ClaimReply> Claim(ClaimRequest request, ServerCallContext context)
        {
            fake.Claims.Enqueue(request);
            if (fake.OnClaim is { } hook)
            {
                await hook(request);
            }

            var reply = request.Incarnation != fake.Incarnation
                ? throw new RpcException(new Status(StatusCode.FailedPrecondition, "dead"))
                : new ClaimReply { Results = { request.Claims.Select(claim => fake.Claim(request.Incarnation, claim)) } };
            if (fake.AfterClaim is { } after)
            {
                await after(request);
            }

            return reply;
        }

        public override Task<EndReply> End(EndRequest request, ServerCallContext context)
        {
            lock (fake._sync)
            {
                var reply = new EndReply();
                foreach (var end in request.Sessions)
                {
                    fake.Ends.Enqueue(end);
                    fake.Events.Enqueue("end");
                    var isStored = fake._sessions.TryGetValue((end.App, end.User), out var stored) && stored.Key.Epoch == end.Epoch;
                    reply.Ended.Add(isStored);
                    if (isStored)
                    {
                        fake._sessions.Remove((end.App, end.User));
                        fake._resumable[(end.App, end.User)] = end.Code < 4000 ? end.Epoch : 0;
                    }
                }

                return Task.FromResult(reply);
            }
        }

        public override Task<ReportReply> Report(ReportRequest request, ServerCallContext context)
        {
            if (fake.IsOld)
            {
                throw new RpcException(new Status(StatusCode.Unimplemented, "old"));
            }

            lock (fake._sync)
            {
                var reply = new ReportReply();
                foreach (var report in request.Sessions)
                {
                    fake.Reports.Enqueue(report);
                    reply.Taken.Add(fake._sessions.TryGetValue((report.App, report.User), out var stored) && stored.Key.Epoch == report.Epoch);
                }

                return Task.FromResult(reply);
            }
        }

        public override Task<ListSessionsReply> List(ListSessionsRequest request, ServerCallContext context)
        {
            lock (fake._sync)
            {
                return Task.FromResult(new ListSessionsReply { Sessions = { fake._sessions.Values.Where(session => session.Incarnation == request.Incarnation) } });
            }
        }
    }

    private sealed class AppsFake(FakeRegister fake) : Contracts.Register.Apps.AppsBase
    {
        public override async Task Watch(WatchAppsRequest request, IServerStreamWriter<AppList> responseStream, ServerCallContext context)
        {
            fake.ToldSecrets = request.WithSecrets;
            using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, FrontOf(context).Stopping.Token);
            try
            {
                while (true)
                {
                    AppList list;
                    Task changed;
                    lock (fake._sync)
                    {
                        list = new AppList { Apps = { fake._apps.Values.Select(static app => app.Clone()) }, Whole = true };
                        changed = fake._appsChanged.Task;
                    }

                    await responseStream.WriteAsync(list, either.Token);
                    await changed.WaitAsync(either.Token);
                }
            }
            catch (OperationCanceledException)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "stopping"));
            }
        }
    }
}
