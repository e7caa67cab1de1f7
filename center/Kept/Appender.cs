using Grpc.Core;
using Microservices.Center.Diagnostics;
using Microservices.Center.Refusals;
using Microservices.Center.Sharing;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microsoft.Extensions.Options;
using ChannelsClient = Microservices.Contracts.Register.Channels.ChannelsClient;
using Outcome = Microservices.Contracts.Register.AppendResult.Types.Outcome;

namespace Microservices.Center.Kept;

/// <summary>Puts messages into channels in register. Those that come at the same time share calls.</summary>
internal sealed class Appender
{
    /// <summary>
    /// Messages in one call. Register takes more, but each is answered with the user's sessions: up to 16 of up to about 750 bytes, in an answer of 4 MiB.
    /// </summary>
    public const int MessagesPerCall = 250;

    /// <summary>Bytes of one call; what register takes is 4 MiB.</summary>
    public const long BytesPerCall = 2 << 20;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Register did not answer: the message may have been kept.</summary>
    private static readonly AppendResult NoAnswer = new() { Outcome = Outcome.Unavailable };

    private static readonly AppendResult TooLate = new() { Outcome = Outcome.Unavailable };

    private readonly ChannelsClient _register;
    private readonly SharedCalls<AppendWork> _calls;
    private readonly CenterMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly KeptOptions _options;

    public Appender(ChannelsClient register, IOptions<KeptOptions> options, CenterMetrics metrics, TimeProvider time)
    {
        _register = register;
        _metrics = metrics;
        _time = time;
        _options = options.Value;
        _calls = new SharedCalls<AppendWork>(
            CallAsync,
            new SharingLimits(_options.ConcurrentCalls, MessagesPerCall, BytesPerCall, _options.MaxWaitingMessages, _options.MaxWaitingBytes));
        metrics.KeptWaiting(() => _calls.Waiting);
    }

    /// <summary>The message's time to live passed while it waited for register; it was not kept.</summary>
    public static bool IsTooLate(AppendResult result) => result == TooLate;

    /// <summary>
    /// Keeps a message for users, or for everybody (one user without a name). With a <paramref name="key"/>, what the store does not answer for is tried again
    /// for a while; without one it isn't, since it may have been kept.
    /// </summary>
    /// <returns>In the order of the users. What is UNAVAILABLE may have been kept, unless it <see cref="IsTooLate"/>.</returns>
    /// <exception cref="RefusedException">Too many wait already; nothing was kept.</exception>
    public async Task<AppendResult[]> AppendAsync(
        KeptMessage content, string app, IReadOnlyList<string> users, uint ttlMs, string key, CancellationToken cancellationToken)
    {
        DateTimeOffset? expires = ttlMs == 0 ? null : _time.GetUtcNow().AddMilliseconds(ttlMs);
        var started = _time.GetTimestamp();
        var results = await (TryBegin(content, app, users, key, expires, cancellationToken) ?? throw TooMany());
        for (var pause = FirstPause; key.Length > 0 && _time.GetElapsedTime(started) + pause < _options.RetryFor; pause *= 2)
        {
            int[] again = [.. Enumerable.Range(0, results.Length).Where(i => results[i].Outcome == Outcome.Unavailable && !IsTooLate(results[i]))];
            if (again.Length == 0)
            {
                break;
            }

            await Task.Delay(pause, _time, cancellationToken);
            _metrics.KeptRetried();
            if (TryBegin(content, app, [.. again.Select(i => users[i])], key, expires, cancellationToken) is { } retry)
            {
                Replace(results, again, await retry);
            }
        }

        _metrics.Kept(results);
        return results;
    }

    // What is too late now may have been kept by the attempt before.
    private static void Replace(AppendResult[] results, int[] places, AppendResult[] retried)
    {
        for (var i = 0; i < places.Length; i++)
        {
            results[places[i]] = IsTooLate(retried[i]) ? results[places[i]] : retried[i];
        }
    }

    /// <returns>Null: too many wait.</returns>
    private Task<AppendResult[]>? TryBegin(
        KeptMessage content, string app, IReadOnlyList<string> users, string key, DateTimeOffset? expires, CancellationToken cancellationToken)
    {
        if (users.Count <= MessagesPerCall)
        {
            var work = new AppendWork(content, app, users, key, expires, cancellationToken);
            return _calls.TryAdd(work) ? work.Results : null;
        }

        AppendWork[] parts = [.. users.Chunk(MessagesPerCall).Select(some => new AppendWork(content, app, some, key, expires, cancellationToken))];
        return _calls.TryAdd(parts) ? JoinAsync(parts) : null;
    }

    private static async Task<AppendResult[]> JoinAsync(AppendWork[] parts) =>
        [.. (await Task.WhenAll(parts.Select(static part => part.Results))).SelectMany(static part => part)];

    private RefusedException TooMany()
    {
        _metrics.KeptRefused();
        return new RefusedException(
            RefusalCode.RateLimited,
            $"{_calls.Waiting:N0} messages wait for register already, which is as much as may wait. Try again in {RefusedException.PartIsAwayRetry.TotalMilliseconds:0} ms.",
            RefusedException.PartIsAwayRetry);
    }

    private async Task CallAsync(IReadOnlyList<AppendWork> batch)
    {
        var request = new AppendRequest();
        var now = _time.GetUtcNow();
        var first = new int[batch.Count];
        for (var i = 0; i < batch.Count; i++)
        {
            first[i] = request.Messages.Count;
            if (!batch[i].TryAddTo(request, now))
            {
                first[i] = -1;
                batch[i].Settle(TooLate);
            }
        }

        if (request.Messages.Count == 0)
        {
            return;
        }

        var reply = await CallAsync(request);
        for (var i = 0; i < batch.Count; i++)
        {
            if (first[i] < 0)
            {
                continue;
            }

            if (reply is null)
            {
                batch[i].Settle(NoAnswer);
            }
            else
            {
                batch[i].Settle(reply, first[i]);
            }
        }
    }

    /// <returns>Null: register doesn't answer; it may have kept all or some.</returns>
    private async Task<AppendReply?> CallAsync(AppendRequest request)
    {
        _metrics.KeptBatch(request.Messages.Count);
        try
        {
            var reply = await _register.AppendAsync(request);
            return reply.Results.Count == request.Messages.Count
                ? reply
                : throw new InvalidOperationException($"Register answered for {reply.Results.Count} of {request.Messages.Count} messages.");
        }
        catch (RpcException fault) when (RegisterFault.IsPassing(fault) || fault.StatusCode == StatusCode.Unimplemented)
        {
            // Also an older register, during a rolling update: the next try may find a newer one.
            return null;
        }
    }
}
