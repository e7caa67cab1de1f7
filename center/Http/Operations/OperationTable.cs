using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microservices.Center.Api;
using Microservices.Center.ApiKeys;
using Microservices.Contracts.Center;
using static Microservices.Center.Http.Operations.RequestBody;

namespace Microservices.Center.Http.Operations;

/// <summary>Everything under /v1. Routes, their binding and the OpenAPI document are made of it; a test holds it to center.proto.</summary>
internal static class OperationTable
{
    private const string Get = "GET";
    private const string Post = "POST";
    private const string Put = "PUT";
    private const string Delete = "DELETE";

    private static readonly Google.Protobuf.Reflection.ServiceDescriptor Service = CenterReflection.Descriptor.Services.Single();
    private static readonly Dictionary<string, string> Page = new() { ["cursor"] = "cursor", ["limit"] = "limit" };
    private static readonly Dictionary<string, string> ManyUsers = new() { ["user"] = "users" };

    public static IReadOnlyList<Operation> All { get; } =
    [
        Call<PushRequest, PushReply>("Push", Post, "/v1/apps/{app}/messages", ApiScope.Push, static (api, request, key, stop) => api.PushAsync(request, key, stop)) with
        {
            Tag = "messages", Body = Required, KeyField = "key",
            Summary = "Send a message to users or to everybody",
        },
        Call<GetInboxRequest, GetInboxReply>("GetInbox", Get, "/v1/apps/{app}/users/{user}/inbox", ApiScope.Messages, static (api, request, key, stop) => api.GetInboxAsync(request, key, stop)) with
        {
            Tag = "messages",
            Summary = "What is kept for a user, and how far the user's clients are",
        },
        Call<ListDeadLettersRequest, ListDeadLettersReply>("ListDeadLetters", Get, "/v1/apps/{app}/dead-letters", ApiScope.Messages, static (api, request, key, stop) => api.ListDeadLettersAsync(request, key, stop)) with
        {
            Tag = "messages", Query = new Dictionary<string, string>(Page) { ["user"] = "user" },
            Summary = "Kept messages that were given up, the oldest first",
        },
        Call<GetLedgerRequest, GetLedgerReply>("GetLedger", Get, "/v1/apps/{app}/ledger", ApiScope.Messages, static (api, request, key, stop) => api.GetLedgerAsync(request, key, stop)) with
        {
            Tag = "messages", Query = new Dictionary<string, string> { ["measure"] = "measure" },
            Summary = "What became of all that was accepted for inboxes",
        },

        Call<GetPresenceRequest, GetPresenceReply>("GetPresence", Post, "/v1/apps/{app}/presence", ApiScope.Presence, static (api, request, key, stop) => api.GetPresenceAsync(request, key, stop)) with
        {
            Tag = "presence", Body = Required,
            Summary = "Who of these users is online, and where",
        },
        Call<GetPresenceRequest, GetPresenceReply>("GetPresence", Get, "/v1/apps/{app}/presence", ApiScope.Presence, static (api, request, key, stop) => api.GetPresenceAsync(request, key, stop)) with
        {
            Id = "GetPresenceByQuery", Tag = "presence", Query = ManyUsers,
            Summary = "The same for users in the query: ?user=alice&user=bob",
        },
        Call<ListOnlineRequest, ListOnlineReply>("ListOnline", Get, "/v1/apps/{app}/sessions", ApiScope.Presence, static (api, request, key, stop) => api.ListOnlineAsync(request, key, stop)) with
        {
            Tag = "presence", Query = Page,
            Summary = "Who is online, a page at a time",
        },
        WatchPresence(Get, "WatchPresence") with
        {
            Query = ManyUsers,
            Summary = "Presence as it changes, of the app or of users in the query, as server-sent events",
        },
        WatchPresence(Post, "WatchPresenceOfMany") with
        {
            Body = Optional,
            Summary = "The same for more users than fit in an address",
        },

        Call<KickRequest, KickReply>("Kick", Post, "/v1/apps/{app}/kick", ApiScope.Kick, static (api, request, key, stop) => api.KickAsync(request, key, stop)) with
        {
            Tag = "kick", Body = Required,
            Summary = "Close the sessions of up to 1,000 users",
        },
        Call<StartKickRequest, KickJob>("StartKick", Post, "/v1/kick-jobs", ApiScope.Kick, static (api, request, key, stop) => api.StartKickAsync(request, key, stop)) with
        {
            Tag = "kick", Body = Required, KeyField = "key", Status = StatusCodes.Status202Accepted,
            Location = static reply => $"/v1/kick-jobs/{Uri.EscapeDataString(((KickJob)reply).Id)}",
            Summary = "Close the sessions of any number of users, of a gateway or of an app, as a job",
        },
        Call<GetKickRequest, KickJob>("GetKick", Get, "/v1/kick-jobs/{id}", ApiScope.Kick, static (api, request, key, stop) => api.GetKickAsync(request, key, stop)) with
        {
            Tag = "kick",
            Summary = "How far a kick job is",
        },
        Call<GetKickRequest, KickJob>("CancelKick", Post, "/v1/kick-jobs/{id}/cancel", ApiScope.Kick, static (api, request, key, stop) => api.CancelKickAsync(request, key, stop)) with
        {
            Tag = "kick",
            Summary = "End a kick job early",
        },
        Watch<GetKickRequest, KickJob>("WatchKick", Get, "/v1/kick-jobs/{id}/events", ApiScope.Kick, static (api, request, key, writer, stop) => api.WatchKickAsync(request, key, writer, stop)) with
        {
            Tag = "kick",
            Event = static job => ("job", job),
            Events = new Dictionary<string, MessageDescriptor> { ["job"] = KickJob.Descriptor },
            Summary = "A kick job now and at every change until it has ended, as server-sent events",
        },

        Call<IssueTokenRequest, IssueTokenReply>("IssueToken", Post, "/v1/apps/{app}/users/{user}/token", ApiScope.Tokens, static (api, request, key, stop) => api.IssueTokenAsync(request, key, stop)) with
        {
            Tag = "tokens", Body = Optional,
            Summary = "Give a user a new token, made here or given",
        },
        Call<RevokeTokenRequest, RevokeTokenReply>("RevokeToken", Delete, "/v1/apps/{app}/users/{user}/token", ApiScope.Tokens, static (api, request, key, stop) => api.RevokeTokenAsync(request, key, stop)) with
        {
            Tag = "tokens",
            Summary = "Take a user's token away and end the user's sessions",
        },

        Call<PutAppRequest, AppDescription>("PutApp", Put, "/v1/apps/{name}", ApiScope.Apps, static (api, request, key, stop) => api.PutAppAsync(request, key, stop)) with
        {
            Tag = "apps", Body = Required, BodyField = "app", HasRevision = true,
            Summary = "Make an app or replace its policy",
        },
        Call<GetAppRequest, AppDescription>("GetApp", Get, "/v1/apps/{name}", ApiScope.Apps, static (api, request, key, stop) => api.GetAppAsync(request, key, stop)) with
        {
            Tag = "apps", HasRevision = true,
            Summary = "An app and its policy",
        },
        Call<ListAppsRequest, ListAppsReply>("ListApps", Get, "/v1/apps", ApiScope.Apps, static (api, request, key, stop) => api.ListAppsAsync(request, key, stop)) with
        {
            Tag = "apps",
            Summary = "The apps that the key is for",
        },

        Call<ListRoomsRequest, ListRoomsReply>("ListRooms", Get, "/v1/rooms", ApiScope.Rooms, static (api, request, key, stop) => api.ListRoomsAsync(request, key, stop)) with
        {
            Tag = "rooms",
            Summary = "The live gateways; for keys of all apps",
        },
    ];

    private static Operation WatchPresence(string verb, string id) => Watch<WatchPresenceRequest, PresenceUpdate>(
        "WatchPresence", verb, "/v1/apps/{app}/presence/events", ApiScope.Presence, static (api, request, key, writer, stop) => api.WatchPresenceAsync(request, key, writer, stop)) with
    {
        Id = id,
        Tag = "presence",
        Event = static update => update is PresenceUpdate { ReadNow: { } readNow } ? ("read_now", readNow) : ("change", ((PresenceUpdate)update).Change),
        Events = new Dictionary<string, MessageDescriptor> { ["read_now"] = ReadNow.Descriptor, ["change"] = PresenceChange.Descriptor },
    };

    private static Operation Call<TRequest, TReply>(
        string rpc, string verb, string path, string scope, Func<CenterApi, TRequest, ApiKey, CancellationToken, Task<TReply>> call)
        where TRequest : IMessage
        where TReply : IMessage => new()
        {
            Id = rpc,
            Rpc = Service.FindMethodByName(rpc),
            Verb = verb,
            Path = path,
            Scope = scope,
            Run = async (api, request, key, writer, stop) => await writer.WriteAsync(await call(api, (TRequest)request, key, stop), stop),
        };

    private static Operation Watch<TRequest, TEvent>(
        string rpc, string verb, string path, string scope, Func<CenterApi, TRequest, ApiKey, IServerStreamWriter<TEvent>, CancellationToken, Task> watch)
        where TRequest : IMessage
        where TEvent : IMessage => new()
        {
            Id = rpc,
            Rpc = Service.FindMethodByName(rpc),
            Verb = verb,
            Path = path,
            Scope = scope,
            Run = (api, request, key, writer, stop) => watch(api, (TRequest)request, key, new TypedWriter<TEvent>(writer), stop),
        };
}
