using Grpc.Core;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Hosting.Rpc;
using Microservices.Register.Apps;
using Microservices.Register.Rooms;
using Microservices.Register.Store;

namespace Microservices.Register.Channels;

/// <summary>The gRPC service of channels: rules before the store, and after it the judgement of sessions and the size of answers.</summary>
internal sealed class ChannelsService(
    IChannelStore store,
    AppDirectory apps,
    LiveRooms live,
    DueTimes due,
    RegisterMetrics metrics,
    ChannelMetrics counts,
    ILogger<ChannelsService> logger)
    : Contracts.Register.Channels.ChannelsBase
{
    public override async Task<AppendReply> Append(AppendRequest request, ServerCallContext context)
    {
        ChannelRules.RequireAtMost("messages", request.Messages.Count, ChannelLimits.MaxAppends);
        ChannelRules.RequireAtMost("contents", request.Contents.Count, ChannelLimits.MaxAppends);
        var found = await BatchApps.FindAsync(apps, request.Messages.Select(static message => message.App), context.CancellationToken);
        var round = new AppendRound(request, found, store, live);
        var results = await round.RunAsync(context.CancellationToken);
        foreach (var (partition, after) in round.Due)
        {
            due.Note(partition, after);
        }

        metrics.Batch("append", results.Count);
        foreach (var (i, result) in results.Index())
        {
            counts.Appended(request.Messages[i].User.Length == 0, result.Outcome);
        }

        return new AppendReply { Results = { results } };
    }

    public override async Task<OpenReply> Open(OpenRequest request, ServerCallContext context)
    {
        ChannelRules.RequireAtMost("readers", request.Readers.Count, ChannelLimits.MaxReaders);
        var limits = ChannelRules.PageLimits(request.MaxMessages, request.MaxBytes);
        foreach (var reader in request.Readers)
        {
            ChannelRules.Require("readers", ChannelRules.FaultOfReader(reader.App, reader.User, reader.Device));
            ChannelRules.Require("readers.all_head", Positions.FaultOf(reader.AllHead));
        }

        var found = await BatchApps.FindAsync(apps, request.Readers.Select(static reader => reader.App), context.CancellationToken);
        var reply = new OpenReply { Readers = { request.Readers.Select(static _ => new OpenedReader { Unavailable = true }) } };

        // An app that isn't known was before, or the session wouldn't be there: the store lost it, and gets it back in a moment.
        int[] open = [.. Enumerable.Range(0, request.Readers.Count).Where(i => found.Find(request.Readers[i].App) is not null)];
        Keeping[] keepings = [.. open.Select(i => found.Find(request.Readers[i].App)!)];
        var budget = new ReplyBudget(logger);
        foreach (var (part, pages) in budget.Parts([.. keepings.Select(static app => app.MaxPayloadBytes)], limits))
        {
            var (readers, policies) = (open[part], keepings[part]);
            var opened = await store.OpenAsync([.. readers.Select((i, k) => OpeningOf(request.Readers[i], policies[k]))], pages, context.CancellationToken);
            for (var k = 0; k < opened.Count; k++)
            {
                if (opened[k] is { } one)
                {
                    counts.Dead(one.GaveUp);
                    reply.Readers[readers[k]] = new OpenedReader { Inbox = budget.Fit(one.Inbox), AllCursor = one.AllCursor.ToContract() };
                }
            }
        }

        metrics.Batch("open", reply.Readers.Count);
        foreach (var reader in reply.Readers)
        {
            counts.Opened(reader.Unavailable);
            counts.Read("open", reader.Inbox?.Entries.Count ?? 0);
        }

        return reply;
    }

    public override async Task<ReadReply> Read(ReadRequest request, ServerCallContext context)
    {
        ChannelRules.RequireAtMost("channels", request.Channels.Count, ChannelLimits.MaxReads);
        var limits = ChannelRules.PageLimits(request.MaxMessages, request.MaxBytes);
        foreach (var channel in request.Channels)
        {
            ChannelRules.Require("channels.app", Identifiers.FaultOfApp(channel.App));
            ChannelRules.Require("channels.user", channel.User.Length == 0 ? null : Identifiers.FaultOfName("user", channel.User));
            ChannelRules.Require("channels.after", Positions.FaultOf(channel.After));
        }

        var found = await BatchApps.FindAsync(apps, request.Channels.Select(static channel => channel.App), context.CancellationToken);
        var reply = new ReadReply { Pages = { request.Channels.Select(static _ => new ChannelPage { Unavailable = true }) } };
        int[] open = [.. Enumerable.Range(0, request.Channels.Count).Where(i => found.Find(request.Channels[i].App) is not null)];
        var budget = new ReplyBudget(logger);
        foreach (var (part, size) in budget.Parts([.. open.Select(i => found.Find(request.Channels[i].App)!.MaxPayloadBytes)], limits))
        {
            var channels = open[part];
            var pages = await store.ReadAsync([.. channels.Select(i => ReadOf(request.Channels[i]))], size, context.CancellationToken);
            for (var k = 0; k < pages.Count; k++)
            {
                if (pages[k] is { } page)
                {
                    reply.Pages[channels[k]] = budget.Fit(page);
                }
            }
        }

        metrics.Batch("read", reply.Pages.Count);
        counts.Read("read", reply.Pages.Sum(static page => page.Entries.Count));
        return reply;
    }

    public override async Task<AckReply> Ack(AckRequest request, ServerCallContext context)
    {
        ChannelRules.RequireAtMost("acks", request.Acks.Count, ChannelLimits.MaxAcks);
        var found = await BatchApps.FindAsync(apps, request.Acks.Select(static ack => ack.App), context.CancellationToken);
        var outcomes = await AckRound.RunAsync(request, found, store, context.CancellationToken);
        metrics.Batch("ack", outcomes.Length);
        foreach (var (outcome, count) in outcomes.CountBy(static outcome => outcome))
        {
            counts.Acknowledged(outcome, count);
        }

        return new AckReply { Outcomes = { outcomes } };
    }

    public override async Task<Inbox> GetInbox(InboxRequest request, ServerCallContext context)
    {
        await RequireAppAsync(request.App, context.CancellationToken);
        ChannelRules.Require("user", Identifiers.FaultOfName("user", request.User));
        var stored = await store.InspectAsync(request.App, request.User, context.CancellationToken);
        return new Inbox
        {
            Head = stored.Head.ToContract(),
            Messages = (uint)stored.Messages,
            Bytes = (ulong)stored.Bytes,
            Readers =
            {
                stored.Readers.Select(static reader => new InboxReader
                {
                    Device = reader.Device,
                    Cursor = reader.Cursor.ToContract(),
                    SeenUnixMs = reader.SeenUnixMs,
                    Attempts = (uint)reader.Attempts,
                }),
            },
        };
    }

    public override async Task<DeadLetters> ListDeadLetters(DeadLettersRequest request, ServerCallContext context)
    {
        await RequireAppAsync(request.App, context.CancellationToken);
        ChannelRules.Require("user", request.User.Length == 0 ? null : Identifiers.FaultOfName("user", request.User));
        ChannelRules.Require("limit", request.Limit > ChannelLimits.MaxLetters ? $"{request.Limit} is more than {ChannelLimits.MaxLetters}" : null);
        return await LetterPages.ReadAsync(store, request, logger, context.CancellationToken);
    }

    public override async Task<Ledger> GetLedger(LedgerRequest request, ServerCallContext context)
    {
        await RequireAppAsync(request.App, context.CancellationToken);
        return await LedgerSum.ReadAsync(store, request.App, request.Measure, context.CancellationToken);
    }

    private static Opening OpeningOf(OpenReader reader, Keeping app) =>
        new(app.ReaderOf(reader.User, reader.Device), reader.AllHead.ToStore(), !reader.Again, app.MaxAttempts, app.MinDeadAge);

    private static LogRead ReadOf(ReadChannel channel) => new(channel.App, channel.User, channel.After.ToStore());

    private async Task RequireAppAsync(string app, CancellationToken cancellationToken)
    {
        ChannelRules.Require("app", Identifiers.FaultOfApp(app));
        if (await apps.FindAsync(app, cancellationToken) is null)
        {
            throw new RpcException(new Status(StatusCode.NotFound, $"app: there is no app {app}"));
        }
    }
}
