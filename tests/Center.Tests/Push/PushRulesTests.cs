using Google.Protobuf;
using Microservices.Center.Push;
using Microservices.Center.Refusals;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;

namespace Microservices.Center.Tests.Push;

public sealed class PushRulesTests
{
    public static TheoryData<string, string> Faults { get; } = new()
    {
        { "no target", "target: there is none; give users or everybody." },
        { "no users", "users: there are none; a call takes 1 to 1,000." },
        { "empty user", "users[1]: user is empty; it takes 1 to 128 bytes." },
        { "long user", "users[1]: user has 129 bytes; it takes 1 to 128." },
        { "control character", "users[1]: user has a control character or is not well-formed." },
        { "repeat", "users[1]: 'a' is there twice; users must not repeat." },
        { "no payload", "payload: it is empty; it takes 1 byte up to the app's limit." },
        { "long content type", "content_type: it has 129 characters; the limit is 128." },
        { "content type", "content_type: it is not a MIME type such as text/plain or application/json." },
        { "content type not ASCII", "content_type: it is not a MIME type such as text/plain or application/json." },
        { "content type with a line end", "content_type: it is not a MIME type such as text/plain or application/json." },
        { "long type", "type: it has 65 characters; the limit is 64." },
        { "type", "type: it has a character other than A-Z, a-z, 0-9, '.', '_' and '-'." },
        { "qos", "qos: 7 is not known; 0 (QOS_AT_MOST_ONCE) and 1 (QOS_AT_LEAST_ONCE) are." },
        { "key with QoS 0", "key: it needs qos 1 (QOS_AT_LEAST_ONCE); what is not kept can't be known again." },
        { "notify with QoS 0", "notify_only: it needs qos 1 (QOS_AT_LEAST_ONCE); what is not kept can't be fetched." },
        { "long key", "key: it has 129 characters; the limit is 128." },
        { "key with a blank", "key: it has a character other than visible ASCII." },
        { "key not ASCII", "key: it has a character other than visible ASCII." },
        { "ttl", "ttl_ms: 2,592,000,001; the limit is 2,592,000,000 (30 days)." },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Check_Fault_NamesFieldValueAndLimit(string fault, string sentence)
    {
        var request = Valid();
        switch (fault)
        {
            case "no target": request.ClearTarget(); break;
            case "no users": request.Users.Users_.Clear(); break;
            case "empty user": request.Users.Users_.Add(""); break;
            case "long user": request.Users.Users_.Add(new string('x', 127) + "ä"); break;
            case "control character": request.Users.Users_.Add("a\u0007"); break;
            case "repeat": request.Users.Users_.Add("a"); break;
            case "no payload": request.Payload = ByteString.Empty; break;
            case "long content type": request.ContentType = "text/" + new string('x', 124); break;
            case "content type": request.ContentType = "text"; break;
            case "content type not ASCII": request.ContentType = "text/plän"; break;
            case "content type with a line end": request.ContentType = "text/plain;\n a=b"; break;
            case "long type": request.Type = new string('x', 65); break;
            case "type": request.Type = "a/b"; break;
            case "qos": request.Qos = (Qos)7; break;
            case "key with QoS 0": request.Key = "k"; break;
            case "notify with QoS 0": request.NotifyOnly = true; break;
            case "long key": (request.Qos, request.Key) = (Qos.AtLeastOnce, new string('k', 129)); break;
            case "key with a blank": (request.Qos, request.Key) = (Qos.AtLeastOnce, "a b"); break;
            case "key not ASCII": (request.Qos, request.Key) = (Qos.AtLeastOnce, "schlüssel"); break;
            case "ttl": request.TtlMs = 2_592_000_001; break;
        }

        Refused.With(RefusalCode.InvalidArgument, sentence, () => PushRules.Check(request));
    }

    [Fact]
    public void Check_TooManyUsers_NamesTheLimit()
    {
        var request = Valid();
        request.Users.Users_.Add(Enumerable.Range(0, 1_000).Select(i => $"user-{i}"));

        Refused.With(RefusalCode.TooManyRecipients, "users: there are 1,001; a call takes 1 to 1,000.", () => PushRules.Check(request));
    }

    [Fact]
    public void Check_AtTheLimits_Passes()
    {
        var request = Valid();
        request.Users.Users_.Clear();
        request.Users.Users_.Add(Enumerable.Range(0, 1_000).Select(i => $"{i:D4}" + new string('x', 124)));
        request.ContentType = "text/plain; charset=utf-8; x=" + new string('x', 99);
        request.Type = new string('x', 61) + "._-";
        request.TtlMs = 2_592_000_000;

        PushRules.Check(request);
        (request.Qos, request.Key, request.NotifyOnly) = (Qos.AtLeastOnce, "!" + new string('~', 127), true);
        PushRules.Check(request);
        PushRules.Check(new PushRequest { App = "shop", Everybody = new Everybody(), Payload = ByteString.CopyFromUtf8("x") });
    }

    [Theory]
    [InlineData(0u, 32_768, true)]
    [InlineData(0u, 32_769, false)]
    [InlineData(10u, 10, true)]
    [InlineData(10u, 11, false)]
    [InlineData(100_000u, 100_000, true)]
    public void CheckPayload_AppLimit_Holds(uint limit, int bytes, bool allowed)
    {
        var app = new App { Name = "shop", MaxPayloadBytes = limit };
        var request = new PushRequest { Payload = ByteString.CopyFrom(new byte[bytes]) };

        if (allowed)
        {
            PushRules.CheckPayload(request, app);
            return;
        }

        var sentence = limit == 0 ? "payload: it has 32,769 bytes; the limit of app 'shop' is 32,768." : "payload: it has 11 bytes; the limit of app 'shop' is 10.";
        Refused.With(RefusalCode.PayloadTooLarge, sentence, () => PushRules.CheckPayload(request, app));
    }

    [Theory]
    [InlineData(0u, 604_800_000u, null)]
    [InlineData(0u, 604_800_001u, "ttl_ms: 604,800,001; app 'shop' keeps messages for 604,800,000 ms at most.")]
    [InlineData(1_000u, 1_000u, null)]
    [InlineData(1_000u, 1_001u, "ttl_ms: 1,001; app 'shop' keeps messages for 1,000 ms at most.")]
    [InlineData(1_000u, 0u, null)]
    public void CheckTimeToLive_AppLimit_Holds(uint limit, uint ttl, string? sentence)
    {
        var app = new App { Name = "shop", Keep = limit == 0 ? null : new KeepPolicy { MaxAgeMs = limit } };
        var request = new PushRequest { TtlMs = ttl };

        if (sentence is null)
        {
            PushRules.CheckTimeToLive(request, app);
            return;
        }

        Refused.With(RefusalCode.InvalidArgument, sentence, () => PushRules.CheckTimeToLive(request, app));
    }

    private static PushRequest Valid() => new()
    {
        App = "shop",
        Users = new Users { Users_ = { "a" } },
        Payload = ByteString.CopyFromUtf8("hello"),
    };
}
