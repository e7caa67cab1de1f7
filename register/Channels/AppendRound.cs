using System.Globalization;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Apps;
using Microservices.Register.Rooms;
using Microservices.Register.Store;
using Outcome = Microservices.Contracts.Register.AppendResult.Types.Outcome;

namespace Microservices.Register.Channels;

/// <summary>One batch of appends on its way: (1) apps and rules, (2) the store, (3) the sessions that live. Each message leaves it with its own result.</summary>
internal sealed class AppendRound(AppendRequest request, BatchApps apps, IChannelStore store, LiveRooms live)
{
    private readonly AppendResult?[] _results = new AppendResult?[request.Messages.Count];
    private readonly KeptContents _contents = new(request.Contents);
    private readonly List<int> _open = [];
    private readonly List<Append> _appends = [];
    private int _sessionBytes;

    /// <summary>The results in the order of the messages.</summary>
    public async Task<IReadOnlyList<AppendResult>> RunAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < _results.Length; i++)
        {
            _results[i] = Check(request.Messages[i], i);
        }

        if (_open.Count > 0)
        {
            var outcomes = await store.AppendAsync(_appends, cancellationToken);
            var view = await live.ViewAsync(outcomes.SelectMany(static outcome => outcome.Sessions), cancellationToken);
            for (var k = 0; k < outcomes.Count; k++)
            {
                _results[_open[k]] = ResultOf(outcomes[k], _appends[k], view);
            }
        }

        return _results!;
    }

    /// <summary>The partitions in which an inbox has, or may have, a new message, and when it is due.</summary>
    public IEnumerable<(int Partition, TimeSpan After)> Due => _appends
        .Where((append, k) => append.User.Length > 0 && _results[_open[k]]!.Outcome is Outcome.Appended or Outcome.Unavailable)
        .Select(static append => (Partition.Of(append.App, append.User), append.Rules.AckTimeout));

    private static AppendResult Result(Outcome outcome, string message) => new() { Outcome = outcome, Message = message };

    private AppendResult ResultOf(AppendOutcome outcome, Append append, RoomView view)
    {
        switch (outcome.State)
        {
            case AppendState.Appended or AppendState.Repeated:
                var isRepeat = outcome.State == AppendState.Repeated;
                return new AppendResult
                {
                    Outcome = isRepeat ? Outcome.Repeated : Outcome.Appended,
                    Position = outcome.Position.ToContract(),
                    ExpiresUnixMs = outcome.ExpiresUnixMs,
                    MessageId = isRepeat ? outcome.MessageId : "",
                    Done = outcome.Done,
                    Sessions = { Fitting(LiveSessions.Of(outcome.Sessions, view)) },
                };
            case AppendState.KeyReused:
                return Result(Outcome.KeyReused, "key was used for a message with other content");
            case AppendState.FullOfMessages:
                return Result(Outcome.Full, Format($"the inbox has {append.Rules.MaxMessages} messages; that is the limit of app {append.App} (keep.max_messages)"));
            case AppendState.FullOfBytes:
                return Result(
                    Outcome.Full,
                    Format($"with {append.Content.Length} bytes more the inbox would have over {append.Rules.MaxBytes}; that is the limit of app {append.App} (keep.max_bytes)"));
            default:
                return Result(Outcome.Unavailable, "the store of messages doesn't answer");
        }
    }

    private IEnumerable<Session> Fitting(IEnumerable<Session> sessions) =>
        sessions.TakeWhile(session => (_sessionBytes += session.CalculateSize()) <= ChannelLimits.MaxSessionBytes);

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Null: it goes to the store.</summary>
    private AppendResult? Check(NewMessage message, int index)
    {
        if (Identifiers.FaultOfApp(message.App) is { } nameless)
        {
            return Result(Outcome.Invalid, nameless);
        }

        if (apps.Find(message.App) is not { } app)
        {
            return apps.IsWhole
                ? Result(Outcome.UnknownApp, $"there is no app {message.App}")
                : Result(Outcome.Unavailable, "the store of apps doesn't answer");
        }

        var content = _contents.At(message.Content);
        if (ChannelRules.FaultOf(message, content, app, request.Contents.Count) is { } fault)
        {
            return Result(Outcome.Invalid, fault);
        }

        _open.Add(index);
        _appends.Add(new Append(
            message.App,
            message.User,
            content!.Id,
            content.Bytes,
            message.Key,
            content.Digest,
            message.TtlMs == 0 ? app.MaxAge : TimeSpan.FromMilliseconds(message.TtlMs),
            message.User.Length == 0 ? app.All : app.Inbox));
        return null;
    }
}
