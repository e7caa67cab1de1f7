using System.Globalization;
using System.Threading.Channels;
using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Delivery.Fetching;

/// <summary>
/// Reads the pages that clients ask for, beside the reads that delivery needs, and answers. Those that wait together share a call; one that register does not
/// answer is told to come later. A session has one under way at most, so there are never more than there are sessions.
/// </summary>
internal sealed class FetchReads(
    Contracts.Register.Channels.ChannelsClient register,
    RoomState room,
    LeaseStanding standing,
    ChannelMetrics metrics,
    IOptions<DeliveryOptions> options,
    IOptions<SessionsOptions> sessionOptions,
    TimeProvider time,
    ILogger<FetchReads> logger)
{
    // Together their pages are about what register puts into one answer.
    private const int MaxBatch = 8;

    /// <summary>Register gives no more at once.</summary>
    private const int MaxReadBytes = 2 * 1024 * 1024;

    private readonly Channel<FetchRequest> _waiting = Channel.CreateUnbounded<FetchRequest>();

    /// <summary>Asks for a page. Never waits. The session's fetch is ended before the answer is posted.</summary>
    public void Add(FetchRequest request) => _waiting.Writer.TryWrite(request);

    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, options.Value.ConcurrentFetches).Select(_ => WorkAsync(cancellationToken)));

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        var batch = new List<FetchRequest>();
        try
        {
            while (batch.Count > 0 || await _waiting.Reader.WaitToReadAsync(cancellationToken))
            {
                while (batch.Count < MaxBatch && _waiting.Reader.TryRead(out var request))
                {
                    batch.Add(request);
                }

                batch.RemoveAll(static request => request.Session.IsClosing);
                if (batch.Count > 0)
                {
                    batch = await ServeAsync(batch, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The gateway ends.
        }
    }

    /// <returns>Those for which the answer had no room.</returns>
    private async Task<List<FetchRequest>> ServeAsync(List<FetchRequest> batch, CancellationToken cancellationToken)
    {
        ReadReply reply;
        try
        {
            reply = await register.ReadAsync(RequestOf(batch), deadline: time.GetUtcNow().UtcDateTime + sessionOptions.Value.CallTimeout, cancellationToken: cancellationToken);
        }
        catch (RpcException fault) when (!cancellationToken.IsCancellationRequested)
        {
            Channels.Log.CallWaits(logger, batch.Count, fault.StatusCode, fault.Status.Detail);
            reply = new ReadReply();
        }

        var again = new List<FetchRequest>();
        foreach (var (i, request) in batch.Index())
        {
            var page = i < reply.Pages.Count && !reply.Pages[i].Unavailable ? LogPage.Of(request.Session.App.Name, reply.Pages[i]) : null;
            if (page is not null && i > 0 && page.Entries.Count == 0 && page.Covered <= request.After && page.Head > request.After)
            {
                again.Add(request);
            }
            else
            {
                Answer(request, page);
            }
        }

        return again;
    }

    private ReadRequest RequestOf(List<FetchRequest> batch)
    {
        var read = new ReadRequest { MaxMessages = (uint)batch.Max(static request => request.Limit), MaxBytes = (uint)Math.Min(options.Value.MaxFrameBytes, MaxReadBytes) };
        foreach (var request in batch)
        {
            read.Channels.Add(new ReadChannel
            {
                App = request.Session.App.Name,
                User = request.Channel == ChannelKind.Inbox ? request.Session.User : "",
                After = request.After.ToContract(),
            });
        }

        return read;
    }

    private void Answer(FetchRequest request, LogPage? page)
    {
        // Before the answer: the client may ask for the next page as soon as it has this one.
        request.Session.EndFetch();
        try
        {
            if (page is null || !standing.IsKnown || request.Session.Incarnation != room.Incarnation)
            {
                TellLater(request);
            }
            else if (request.After > page.Head)
            {
                Refuse(request, page.Head);
            }
            else
            {
                Send(request, page);
            }
        }
        catch (Exception fault)
        {
            Channels.Log.PageFailed(logger, fault);
        }
    }

    private void Send(FetchRequest request, LogPage page)
    {
        var connection = request.Session.Connection;
        try
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            connection.Post(Command.Page, PageFrame.Encode(request, page, connection.ReplyVersion, (uint)options.Value.MaxFrameBytes, now));
            metrics.Fetched(FetchOutcome.Answered);
        }
        catch (ProtocolException fault)
        {
            connection.Close(fault.Code, $"The answer would not fit: {fault.Message}");
        }
    }

    private void Refuse(FetchRequest request, LogPosition head)
    {
        metrics.Fetched(FetchOutcome.Refused);
        var channel = ChannelKinds.NameOf(request.Channel);
        var message = string.Create(
            CultureInfo.InvariantCulture, $"{channel} has not come to {request.After.Epoch}-{request.After.Seq}; its head is {head.Epoch}-{head.Seq}.");
        var error = Error.Of(Code.UnknownPosition, Command.Fetch, request.Id, message);
        error.App = request.App;
        request.Session.Connection.Send(Command.Error, error);
    }

    private void TellLater(FetchRequest request)
    {
        metrics.Fetched(FetchOutcome.TryLater);
        var error = Error.Of(Code.TryLater, Command.Fetch, request.Id, $"{ChannelKinds.NameOf(request.Channel)} can't be read now.");

        error.App = request.App;

        // Not all at the same moment.
        error.RetryAfterMs = (uint)(sessionOptions.Value.RetryAfter.TotalMilliseconds * (1 + (Random.Shared.NextDouble() / 2)));
        request.Session.Connection.Send(Command.Error, error);
    }
}
