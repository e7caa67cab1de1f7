using Google.Protobuf;
using Grpc.Core;
using Microservices.Cli.Center;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Load.Engine;
using Microservices.Cli.Load.Users;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Load.Publishing;

/// <summary>Publishes stamped messages through the center, evenly by the clock; what the center answers late is published late, not dropped.</summary>
internal sealed class LoadPublisher(CenterConnection center, string app, LoadPublishing publishing, IReadOnlyList<LoadUser> users) : IDisposable
{
    // So many calls may wait for their answers.
    private const int MaxCalls = 128;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly SemaphoreSlim _room = new(MaxCalls);
    private readonly byte[] _padding = [.. Enumerable.Repeat((byte)'.', Math.Max(0, publishing.PayloadBytes - LoadStamp.Bytes))];

    public PublishCounters Counters { get; } = new();

    /// <summary>False: how long the center takes is not recorded, as during a warm-up.</summary>
    public bool IsRecording { get; set; } = true;

    /// <summary>Publishes until cancelled, and then waits for the answers.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(
            PaceAsync(publishing.BroadcastsPerSecond, publishing.Burst, isBroadcast: true, cancellationToken),
            PaceAsync(publishing.UnicastsPerSecond, 1, isBroadcast: false, cancellationToken));
        for (var i = 0; i < MaxCalls; i++)
        {
            await _room.WaitAsync(CancellationToken.None);
        }
    }

    public void Dispose() => _room.Dispose();

    private async Task PaceAsync(double perSecond, int burst, bool isBroadcast, CancellationToken cancellationToken)
    {
        if (perSecond <= 0)
        {
            return;
        }

        var pace = new LoadPace(perSecond, LoadLoop.Now);
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var due = pace.Due(LoadLoop.Now);
                pace.Take(due);
                for (var i = 0; i < due && !cancellationToken.IsCancellationRequested; i++)
                {
                    await PublishAsync(isBroadcast, burst);
                }

                var next = TimeSpan.FromMicroseconds(Math.Min(pace.UntilNext() / 1_000, 100_000));
                await Task.Delay(next > Tick ? next : Tick, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    // What has begun is published whole, also when the run ends meanwhile.
    private async Task PublishAsync(bool isBroadcast, int burst)
    {
        for (var i = 0; i < burst; i++)
        {
            await _room.WaitAsync(CancellationToken.None);
            _ = PublishOneAsync(isBroadcast);
        }
    }

    // Never fails: what goes wrong is counted.
    private async Task PublishOneAsync(bool isBroadcast)
    {
        try
        {
            var request = Request(isBroadcast);
            var began = LoadLoop.Now;
            var reply = await center.CallAsync((client, call) => client.PushAsync(request, call), CancellationToken.None);
            if (FaultOf(reply, isBroadcast) is { } fault)
            {
                Counters.Fail(fault);
            }
            else
            {
                Counters.Take(isBroadcast, LoadLoop.Now - began, IsRecording);
            }
        }
        catch (CliException fault)
        {
            Counters.Fail((fault.InnerException as RpcException)?.StatusCode.ToString() ?? "refused");
        }
        catch (Exception fault)
        {
            Counters.Fail($"unexpected {fault.GetType().Name}");
        }
        finally
        {
            _room.Release();
        }
    }

    private PushRequest Request(bool isBroadcast)
    {
        var request = new PushRequest
        {
            App = app,
            ContentType = "text/plain",
            Qos = publishing.IsKept ? Qos.AtLeastOnce : Qos.AtMostOnce,
        };
        if (isBroadcast)
        {
            request.Everybody = new Everybody();
        }
        else
        {
            request.Users = new Contracts.Center.Users { Users_ = { users[Random.Shared.Next(users.Count)].Name } };
        }

        var payload = new byte[LoadStamp.Bytes + _padding.Length];
        _padding.CopyTo(payload, LoadStamp.Bytes);
        LoadStamp.Write(payload, LoadLoop.Now);
        request.Payload = UnsafeByteOperations.UnsafeWrap(payload);
        return request;
    }

    private string? FaultOf(PushReply reply, bool isBroadcast)
    {
        if (isBroadcast)
        {
            return reply.Rooms == 0 && !publishing.IsKept ? "NoRooms" : null;
        }

        var outcome = reply.Outcomes.Count == 1 ? reply.Outcomes[0].Outcome : UserOutcome.Types.Outcome.Unspecified;
        return outcome is UserOutcome.Types.Outcome.Sent or UserOutcome.Types.Outcome.Kept ? null : outcome.ToString();
    }
}
