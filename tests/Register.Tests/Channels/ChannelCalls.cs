using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Register.Tests.Service;

namespace Microservices.Register.Tests.Channels;

/// <summary>Calls of channels as centers and gateways make them.</summary>
internal static class ChannelCalls
{
    private static int _lastId;

    public static KeptMessage Push(string text, string? id = null) => Push(ByteString.CopyFromUtf8(text), id);

    public static KeptMessage Push(ByteString payload, string? id = null) => new()
    {
        Id = id ?? $"m-{Interlocked.Increment(ref _lastId)}",
        Audience = Audience.One,
        Push = new Push { Payload = payload, ContentType = "text/plain", Sender = "test" },
    };

    public static AppendRequest Append(string user, string text, string key = "", string app = "default") => new()
    {
        Contents = { Push(text) },
        Messages = { new NewMessage { App = app, User = user, Key = key } },
    };

    public static async Task<AppendResult> AppendAsync(this RunningRegister register, string user, string text, string key = "", string app = "default") =>
        Assert.Single((await register.Channels.AppendAsync(Append(user, text, key, app))).Results);

    public static async Task<OpenedReader> OpenAsync(this RunningRegister register, string user, string device = "", string app = "default", bool again = false) =>
        Assert.Single((await register.Channels.OpenAsync(
            new OpenRequest { Readers = { new OpenReader { App = app, User = user, Device = device, Again = again } } })).Readers);

    public static async Task<ChannelPage> ReadAsync(this RunningRegister register, string user, Position? after = null, string app = "default") =>
        Assert.Single((await register.Channels.ReadAsync(
            new ReadRequest { Channels = { new ReadChannel { App = app, User = user, After = after } } })).Pages);

    public static async Task<AckOutcome> AckAsync(
        this RunningRegister register, string user, Position? position, string device = "", string app = "default", bool all = false) =>
        Assert.Single((await register.Channels.AckAsync(
            new AckRequest { Acks = { new AckPosition { App = app, User = user, Device = device, Position = position, All = all } } })).Outcomes);

    public static Task PutAsync(this RunningRegister register, App app) => register.Apps.PutAsync(new PutAppRequest { App = app }).ResponseAsync;

    public static Task<Inbox> InboxAsync(this RunningRegister register, string user, string app = "default") =>
        register.Channels.GetInboxAsync(new InboxRequest { App = app, User = user }).ResponseAsync;

    public static IEnumerable<string> Texts(this ChannelPage page) => page.Entries.Select(static entry => entry.Message.Push.Payload.ToStringUtf8());
}
