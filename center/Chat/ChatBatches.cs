using System.Collections.Concurrent;
using Grpc.Core;
using Microservices.Center.Apps;
using Microservices.Center.Diagnostics;
using Microservices.Center.Refusals;
using Microservices.Center.Sessions;
using Microservices.Contracts.Bus;
using Microsoft.Extensions.Options;

namespace Microservices.Center.Chat;

/// <summary>
/// Handles a batch of an uplink queue:
/// 1. leaves out repeats of the bus and what is too old;
/// 2. judges each message by its app's policy;
/// 3. looks up everybody whom the batch names, one look-up for each app; chat that is kept needs none;
/// 4. sends, or keeps and sends: senders at the same time, each sender's messages one after the other;
/// 5. remembers what is done. If register or the bus was away, it tries the rest again after a pause, for as long as the messages are not
///    too old: nothing of the queue overtakes them, and the bus, which gives up a batch that is refused too often, never sees it refused.
/// </summary>
internal sealed class ChatBatches(
    AppCatalog apps,
    SessionLookup sessions,
    ChatSender sender,
    IOptions<ChatOptions> options,
    CenterMetrics metrics,
    TimeProvider time,
    ILogger<ChatBatches> logger)
{
    private readonly ConcurrentDictionary<int, RepeatWindow> _doneByQueue = new();

    /// <summary>Returns when every message is done or too old.</summary>
    /// <param name="queue">The number of the uplink queue.</param>
    /// <param name="batch">Its oldest messages, in their order.</param>
    /// <param name="stopping">Nothing new is begun: what isn't done is left to another center.</param>
    /// <param name="cancellationToken">The messages are not this center's any more.</param>
    /// <exception cref="OperationCanceledException">It stops before all is done; the bus has to bring the batch again.</exception>
    public async Task HandleAsync(int queue, IReadOnlyList<UplinkMessage> batch, CancellationToken stopping, CancellationToken cancellationToken)
    {
        metrics.ChatBatchCame(batch.Count);
        var done = _doneByQueue.GetOrAdd(queue, _ => new RepeatWindow(options.Value.RepeatWindow));
        var left = LeaveOutRepeats(batch, done);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            left = LeaveOutExpired(left);
            var fault = await TryAsync(left, done, cancellationToken);
            left = [.. left.Where(message => !done.Contains(UplinkKey.Of(message)))];
            if (left.Count == 0)
            {
                if (attempt > 1)
                {
                    Log.GoesOn(logger, queue);
                }

                return;
            }

            metrics.ChatBatchRetried();
            if (attempt == 1)
            {
                Log.Retrying(logger, queue, left.Count, fault);
            }

            await Task.Delay(PauseAfter(attempt), time, either.Token);
        }
    }

    private TimeSpan PauseAfter(int attempt)
    {
        var doubled = options.Value.RetryPause * Math.Pow(2, Math.Min(attempt - 1, 20));
        return doubled < options.Value.MaxRetryPause ? doubled : options.Value.MaxRetryPause;
    }

    /// <returns>Why some are not done; they are those that are not in <paramref name="done"/> then.</returns>
    private async Task<string> TryAsync(List<UplinkMessage> messages, RepeatWindow done, CancellationToken cancellationToken)
    {
        try
        {
            var jobs = await JudgeAsync(messages, cancellationToken);
            var audience = await ChatAudience.FindAsync(jobs, sessions, cancellationToken);
            await Task.WhenAll(jobs
                .GroupBy(static job => (job.Message.App, job.Message.User))
                .Select(ofSender => SendInOrderAsync(ofSender, audience, cancellationToken))
                .ToArray());
            foreach (var job in jobs.Where(static job => job.IsDone))
            {
                done.Add(job.Key);
            }

            return "the bus didn't take the messages, or register's store didn't answer";
        }
        catch (RpcException fault) when (fault.StatusCode is not (StatusCode.InvalidArgument or StatusCode.NotFound))
        {
            // What register has judged it judges again in the same way: that is left to the bus, which finds the message that is at fault.
            cancellationToken.ThrowIfCancellationRequested();
            return $"register doesn't answer: {fault.StatusCode}: {fault.Status.Detail}";
        }
        catch (RefusedException refused) when (refused.Code == RefusalCode.RateLimited)
        {
            return refused.Message;
        }
    }

    private List<UplinkMessage> LeaveOutRepeats(IReadOnlyList<UplinkMessage> batch, RepeatWindow done)
    {
        var fresh = new List<UplinkMessage>(batch.Count);
        var here = new HashSet<UplinkKey>(batch.Count);
        foreach (var message in batch)
        {
            var key = UplinkKey.Of(message);
            if (message.Chat is null || message.Session is null)
            {
                // Of a newer gateway: this center can't do it, and waiting doesn't change that.
                Skip(message, "not_understood");
            }
            else if (done.Contains(key) || !here.Add(key))
            {
                Skip(message, "repeated");
            }
            else
            {
                fresh.Add(message);
            }
        }

        return fresh;
    }

    private List<UplinkMessage> LeaveOutExpired(List<UplinkMessage> messages)
    {
        var oldest = (time.GetUtcNow() - options.Value.MaxAge).ToUnixTimeMilliseconds();
        foreach (var message in messages.Where(message => message.ReceivedUnixMs < oldest))
        {
            Skip(message, "expired");
        }

        return [.. messages.Where(message => message.ReceivedUnixMs >= oldest)];
    }

    private void Skip(UplinkMessage message, string outcome) => metrics.Chatted(ChatCommand.NameOf(message.Chat?.Command ?? 0), outcome);

    private async Task<List<ChatJob>> JudgeAsync(List<UplinkMessage> messages, CancellationToken cancellationToken)
    {
        var jobs = new List<ChatJob>(messages.Count);
        foreach (var message in messages)
        {
            // From the catalog: a call is made for an app that it doesn't know only.
            var app = await apps.FindAsync(message.App, cancellationToken);
            jobs.Add(new ChatJob(message, ChatRules.FaultOf(message.Chat, message.App, app), app?.Keep?.Chat == true));
        }

        return jobs;
    }

    // The next one waits until the bus has the one before, and stays undone when that one does: handing over both at once would be
    // quicker for one busy sender, but lets the second overtake when the bus loses its connection between them.
    private async Task SendInOrderAsync(IEnumerable<ChatJob> ofSender, ChatAudience audience, CancellationToken cancellationToken)
    {
        foreach (var job in ofSender)
        {
            try
            {
                if (!await sender.TrySendAsync(job, audience, cancellationToken))
                {
                    return;
                }
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                // A fault of ours: the message would fail again each time and hold up its queue.
                metrics.Chatted(ChatCommand.NameOf(job.Chat.Command), "failed");
                Log.ChatFailed(logger, fault, ChatMessageId.OfDelivery(job.Message));
            }

            job.IsDone = true;
        }
    }
}
