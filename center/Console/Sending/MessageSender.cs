using Google.Protobuf;
using Microservices.Center.Api;
using Microservices.Center.Console.Sessions;
using Microservices.Contracts.Center;
using Microsoft.Extensions.Options;

namespace Microservices.Center.Console.Sending;

/// <summary>Makes a push of a form, once: a form that comes again, also while the first is under way, gets the answer of the first.</summary>
internal sealed class MessageSender(CenterApi api, IOptions<ConsoleOptions> options, ConsoleMetrics metrics, TimeProvider time, ILogger<MessageSender> logger)
{
    private const string ContentType = "text/plain; charset=utf-8";

    /// <summary>Longer than the longest that a push may take.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly RecentTable<Task<PushReply>> _sent = new(options.Value.MaxRemembered, options.Value.SessionLifetime, time);

    /// <param name="form">A complete one.</param>
    /// <exception cref="Refusals.RefusedException">Nothing was sent; or it may have been, and the same form may be sent again.</exception>
    public async Task<(PushReply Reply, bool IsRepeated)> SendAsync(ConsoleSession session, SendForm form)
    {
        var name = $"{session.Id}.{form.Key}.{form.Digest}";
        var sending = _sent.GetOrAdd(name, () => PushAsync(session, form), out var isNew);
        try
        {
            var reply = await sending;
            return (reply, !isNew);
        }
        catch
        {
            _sent.Remove(name);
            if (isNew)
            {
                metrics.Sent("refused");
            }

            throw;
        }
    }

    // Not with the request's token: who sends a form twice gives up its first request, and the second waits for what it began.
    private async Task<PushReply> PushAsync(ConsoleSession session, SendForm form)
    {
        await Task.Yield();
        using var deadline = new CancellationTokenSource(Deadline, time);
        var reply = await api.PushAsync(ToRequest(form), session.Key, deadline.Token);
        var target = form.To == Audience.Everybody ? "everybody" : form.Recipients.Count == 1 ? "one user" : "several users";
        Log.Sent(logger, session.Key.Id, reply.MessageId, target, form.App);
        metrics.Sent(SendOutcome.Of(form, reply).IsSuccess ? "sent" : "not_sent");
        return reply;
    }

    private static PushRequest ToRequest(SendForm form)
    {
        var request = new PushRequest
        {
            App = form.App,
            Payload = ByteString.CopyFromUtf8(form.Text),
            ContentType = ContentType,
            Qos = form.IsKept ? Qos.AtLeastOnce : Qos.AtMostOnce,

            // What is kept is known again by register, also after this center has forgotten the form.
            Key = form.IsKept ? $"console-{form.Key}-{form.Digest}" : "",
        };
        if (form.To == Audience.Everybody)
        {
            request.Everybody = new Everybody();
        }
        else
        {
            request.Users = new Users { Users_ = { form.Recipients } };
        }

        return request;
    }
}
