using Grpc.Core;
using Microservices.Center.Kept;
using Microservices.Center.Refusals;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Hosting;
using Microservices.Testing;
using Microsoft.Extensions.Options;
using Outcome = Microservices.Contracts.Register.AppendResult.Types.Outcome;

namespace Microservices.Center.Tests.Kept;

public sealed class AppenderTests : IDisposable
{
    private readonly ScriptedRegister _register = new();
    private readonly TestMeters _meters = new();
    private readonly KeptOptions _options = new() { ConcurrentCalls = 1 };
    private readonly Appender _appender;

    public AppenderTests() => _appender = new Appender(_register.Channels, Options.Create(_options), _meters.NewMetrics(), TimeProvider.System);

    public void Dispose() => _meters.Dispose();

    [Fact]
    public async Task Append_WhileACallIsUnderWay_SharesTheNext()
    {
        var gate = new TaskCompletionSource();
        _register.Channels.Before = _ => gate.Task;

        var first = AppendAsync("m0", ["u0"]);
        await Eventually.HoldsAsync(() => _register.Channels.Requests.Count == 1, "the first call began");
        var others = Enumerable.Range(1, 20).Select(i => AppendAsync($"m{i}", [$"u{i}", "shared"])).ToArray();
        gate.SetResult();
        await Task.WhenAll(others.Append(first));

        Assert.Equal([1, 40], _register.Channels.Requests.Select(request => request.Messages.Count));
        Assert.Equal(20, _register.Channels.Requests[1].Contents.Count);
        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"m{i}"), _register.Channels.LogOf("shared").Select(message => message.Id));
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (ulong)i), others.Select(results => results.Result[1].Position.Seq));
        Assert.Equal(41, _meters["center.kept.messages(appended)"]);
    }

    [Fact]
    public async Task Append_ManyUsers_AreCutAndAnsweredInTheirOrder()
    {
        string[] users = [.. Enumerable.Range(0, 1_000).Select(i => $"u{i}")];
        _register.Online("u999", room: 5, session: 6);

        var results = await AppendAsync("m", users);

        Assert.Equal([250, 250, 250, 250], _register.Channels.Requests.Select(request => request.Messages.Count));
        Assert.All(results, result => Assert.Equal(Outcome.Appended, result.Outcome));
        Assert.Equal(5ul, Assert.Single(results[999].Sessions).Incarnation);
    }

    [Fact]
    public async Task Append_LargeContents_GoInCallsOfTwoMebibytes()
    {
        var gate = new TaskCompletionSource();
        _register.Channels.Before = _ => gate.Task;
        var works = Enumerable.Range(0, 6).Select(i => AppendAsync($"m{i}", ["u"], payload: 900_000)).ToArray();

        await Eventually.HoldsAsync(() => _register.Channels.Requests.Count == 1, "the first call began");
        gate.SetResult();
        await Task.WhenAll(works);

        Assert.All(_register.Channels.Requests, request => Assert.InRange(request.CalculateSize(), 1, (int)Appender.BytesPerCall));
    }

    [Fact]
    public void MessagesPerCall_WithTheLongestSessions_FitIntoAnAnswer()
    {
        var result = new AppendResult
        {
            Outcome = Outcome.Repeated,
            Position = new Position { Epoch = ulong.MaxValue, Seq = ulong.MaxValue },
            ExpiresUnixMs = long.MaxValue,
            MessageId = LongestNames.Name,
            Sessions = { LongestNames.SessionsOfAUser },
        };

        Assert.InRange(
            new AppendReply { Results = { Enumerable.Repeat(result, Appender.MessagesPerCall) } }.CalculateSize(), 1, GrpcComposition.MaxMessageBytes);
    }

    [Fact]
    public async Task Append_NoAnswerAndNoKey_IsNotTriedAgain()
    {
        _register.Channels.After = static _ => throw ScriptedRegister.Away;

        var result = Assert.Single(await AppendAsync("m", ["u"]));

        Assert.Equal(Outcome.Unavailable, result.Outcome);
        Assert.False(Appender.IsTooLate(result));
        Assert.Single(_register.Channels.LogOf("u"));
        Assert.Equal(1, _meters["center.kept.messages(unavailable)"]);
    }

    [Theory]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.DeadlineExceeded)]
    [InlineData(StatusCode.Unimplemented)]
    public async Task Append_AnswerLostAndAKey_IsTriedAgainAndKeptOnce(StatusCode status)
    {
        var losses = 2;
        _register.Channels.After = _ =>
        {
            if (losses-- > 0)
            {
                throw new RpcException(new Status(status, "lost"));
            }
        };

        var result = Assert.Single(await AppendAsync("m", ["u"], key: "k"));

        Assert.Equal((Outcome.Repeated, "m", 1ul), (result.Outcome, result.MessageId, result.Position.Seq));
        Assert.Single(_register.Channels.LogOf("u"));
        Assert.Equal(2, _meters["center.kept.retries()"]);
    }

    [Fact]
    public async Task Append_OnePartOfTheStoreSilent_TriesOnlyThatAgain()
    {
        var silent = 1;
        _register.Channels.Fault = message => message.User == "b" && silent-- > 0 ? new AppendResult { Outcome = Outcome.Unavailable } : null;

        var results = await AppendAsync("m", ["a", "b", "c"], key: "k");

        Assert.All(results, result => Assert.Equal(Outcome.Appended, result.Outcome));
        Assert.Equal(["a b c", "b"], _register.Channels.Requests.Select(request => string.Join(' ', request.Messages.Select(message => message.User))));
    }

    [Fact]
    public async Task Append_SilentForTooLong_GivesUp()
    {
        _options.RetryFor = TimeSpan.FromMilliseconds(250);
        _register.Channels.Before = static _ => throw ScriptedRegister.Away;

        Assert.Equal(Outcome.Unavailable, Assert.Single(await AppendAsync("m", ["u"], key: "k")).Outcome);
        Assert.Equal(2, _register.Channels.Requests.Count);
    }

    [Fact]
    public async Task Append_TimeToLivePassesWhileItWaits_IsNotKept()
    {
        var gate = new TaskCompletionSource();
        _register.Channels.Before = _ => gate.Task;
        var time = new ManualTime(DateTimeOffset.UnixEpoch);
        var appender = new Appender(_register.Channels, Options.Create(_options), _meters.NewMetrics(), time);
        var first = AppendAsync("m0", ["u"], appender: appender);
        await Eventually.HoldsAsync(() => _register.Channels.Requests.Count == 1, "the first call began");

        var late = AppendAsync("late", ["u"], key: "k", ttlMs: 1_000, appender: appender);
        var inTime = AppendAsync("in time", ["u"], ttlMs: 1_500, appender: appender);
        time.Advance(TimeSpan.FromMilliseconds(1_000));
        gate.SetResult();
        await Task.WhenAll(first, late, inTime);

        Assert.True(Appender.IsTooLate(Assert.Single(await late)));
        Assert.Equal(["m0", "in time"], _register.Channels.LogOf("u").Select(message => message.Id));
        Assert.Equal(500u, _register.Channels.Requests[1].Messages[0].TtlMs);
    }

    [Fact]
    public async Task Append_TooManyWait_IsRefusedAndNotKept()
    {
        _options.MaxWaitingMessages = 3;
        var gate = new TaskCompletionSource();
        _register.Channels.Before = _ => gate.Task;
        var appender = new Appender(_register.Channels, Options.Create(_options), _meters.NewMetrics(), TimeProvider.System);
        var first = AppendAsync("m0", ["u"], appender: appender);
        await Eventually.HoldsAsync(() => _register.Channels.Requests.Count == 1, "the first call began");
        var waiting = AppendAsync("m1", ["a", "b"], appender: appender);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => AppendAsync("m2", ["c", "d"], appender: appender));
        gate.SetResult();
        await Task.WhenAll(first, waiting);

        Assert.Equal(("rate_limited", TimeSpan.FromSeconds(1)), (refused.Code.Name, refused.RetryAfter));
        Assert.Equal("2 messages wait for register already, which is as much as may wait. Try again in 1000 ms.", refused.Message);
        Assert.Empty(_register.Channels.LogOf("c"));
        Assert.Equal(1, _meters["center.kept.refused()"]);
    }

    [Fact]
    public async Task Append_CallerLeavesWhileItWaits_IsNotKept()
    {
        var gate = new TaskCompletionSource();
        _register.Channels.Before = _ => gate.Task;
        var first = AppendAsync("m0", ["u"]);
        await Eventually.HoldsAsync(() => _register.Channels.Requests.Count == 1, "the first call began");
        using var leaving = new CancellationTokenSource();

        var left = _appender.AppendAsync(Message("left"), "default", ["u"], 0, "", leaving.Token);
        await leaving.CancelAsync();
        gate.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        await first;
        Assert.Equal(["m0"], _register.Channels.LogOf("u").Select(message => message.Id));
    }

    [Fact]
    public async Task Append_RegisterRefusesTheCall_IsAFault()
    {
        _register.Channels.Before = static _ => throw new RpcException(new Status(StatusCode.Internal, "a bug"));

        await Assert.ThrowsAsync<RpcException>(() => AppendAsync("m", ["u"], key: "k"));
    }

    private Task<AppendResult[]> AppendAsync(
        string id, string[] users, string key = "", uint ttlMs = 0, int payload = 5, Appender? appender = null) =>
        (appender ?? _appender).AppendAsync(Message(id, payload), "default", users, ttlMs, key, CancellationToken.None);

    private static KeptMessage Message(string id, int payload = 5) => new()
    {
        Id = id,
        Audience = Audience.One,
        Push = new Contracts.Bus.Push { Payload = Google.Protobuf.ByteString.CopyFrom(new byte[payload]) },
    };
}
