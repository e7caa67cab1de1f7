using Grpc.Core;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using ChannelsClient = Microservices.Contracts.Register.Channels.ChannelsClient;
using Outcome = Microservices.Contracts.Register.AppendResult.Types.Outcome;
using Session = Microservices.Contracts.Register.Session;

namespace Microservices.Center.Tests.Support;

/// <summary>Register's channels without a network: logs with keys, whose faults are the test's.</summary>
internal sealed class ScriptedChannels(Func<string, string, IEnumerable<Session>> sessions) : ChannelsClient
{
    public const ulong Epoch = 77;
    public const long Expires = 4_000_000_000_000;

    private readonly Lock _sync = new();
    private readonly List<AppendRequest> _requests = [];
    private readonly Dictionary<(string App, string User), List<(KeptMessage Message, string Key)>> _logs = [];

    /// <summary>Called before a batch is appended; what it throws is the answer. Awaited.</summary>
    public Func<AppendRequest, Task> Before { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Called when a batch is appended; what it throws is the answer.</summary>
    public Action<AppendRequest> After { get; set; } = static _ => { };

    /// <summary>The result of a message in place of its append; null = append it.</summary>
    public Func<NewMessage, AppendResult?> Fault { get; set; } = static _ => null;

    public IReadOnlyList<AppendRequest> Requests
    {
        get
        {
            lock (_sync)
            {
                return [.. _requests];
            }
        }
    }

    public IReadOnlyList<KeptMessage> LogOf(string user, string app = "default")
    {
        lock (_sync)
        {
            return [.. (_logs.GetValueOrDefault((app, user)) ?? []).Select(static entry => entry.Message)];
        }
    }

    public override AsyncUnaryCall<AppendReply> AppendAsync(AppendRequest request, CallOptions options) =>
        new(AppendAsync(request), Task.FromResult(new Metadata()), static () => Status.DefaultSuccess, static () => [], static () => { });

    private async Task<AppendReply> AppendAsync(AppendRequest request)
    {
        lock (_sync)
        {
            _requests.Add(request);
        }

        await Task.Yield();
        await Before(request);
        AppendReply reply;
        lock (_sync)
        {
            reply = new AppendReply { Results = { request.Messages.Select(message => Fault(message) ?? Append(message, request.Contents[(int)message.Content])) } };
        }

        After(request);
        return reply;
    }

    private AppendResult Append(NewMessage message, KeptMessage content)
    {
        if (!_logs.TryGetValue((message.App, message.User), out var log))
        {
            _logs.Add((message.App, message.User), log = []);
        }

        var known = message.Key.Length == 0 ? -1 : log.FindIndex(entry => entry.Key == message.Key);
        if (known >= 0 && !log[known].Message.Equals(new KeptMessage(content) { Id = log[known].Message.Id }))
        {
            return new AppendResult { Outcome = Outcome.KeyReused };
        }

        if (known < 0)
        {
            log.Add((content, message.Key));
        }

        return new AppendResult
        {
            Outcome = known < 0 ? Outcome.Appended : Outcome.Repeated,
            Position = new Position { Epoch = Epoch, Seq = (ulong)(known < 0 ? log.Count : known + 1) },
            ExpiresUnixMs = Expires,
            MessageId = known < 0 ? "" : log[known].Message.Id,
            Sessions = { message.User.Length == 0 ? [] : sessions(message.App, message.User) },
        };
    }
}
