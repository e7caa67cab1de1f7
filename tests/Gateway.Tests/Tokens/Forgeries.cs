using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Microservices.Contracts.Register;
using Microservices.Gateway.Tokens;
using Microservices.Testing.Tokens;

namespace Microservices.Gateway.Tests.Tokens;

/// <summary>An app <c>shop</c> with a key of each kind, its user ann, and every token that must not let anybody in.</summary>
internal static class Forgeries
{
    public const string App = "shop";
    public const string User = "ann";
    public const string Device = "phone";

    public static readonly TestKey Rsa = TestKey.Create("RS256", "rsa-1");
    public static readonly TestKey Ec = TestKey.Create("ES256", "ec-1");
    public static readonly TestKey Secret = TestKey.Create("HS256", "hs-1");
    private static readonly TestKey Stranger = TestKey.Create("ES256", "ec-1");
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>By name: what becomes of it, and how it is made.</summary>
    public static readonly IReadOnlyDictionary<string, (TokenOutcome Outcome, Func<DateTimeOffset, string> Make)> All = new Dictionary<string, (TokenOutcome, Func<DateTimeOffset, string>)>
    {
        ["alg none"] = (TokenOutcome.WrongAlgorithm, now => Unsigned(now, "none") + TestKey.Encode("x")),
        ["alg none without a signature"] = (TokenOutcome.Malformed, now => Unsigned(now, "none")),
        ["alg None"] = (TokenOutcome.WrongAlgorithm, now => Unsigned(now, "None") + TestKey.Encode("x")),
        ["no alg"] = (TokenOutcome.Malformed, now => Ec.Sign(Claims(now), new JsonObject { ["kid"] = "ec-1" })),
        ["alg in other letters"] = (TokenOutcome.WrongAlgorithm, now => Ec.Sign(Claims(now), With(Ec.Header(), "alg", "es256"))),
        ["HS256 with the public modulus as its secret"] = (TokenOutcome.WrongAlgorithm, now => Confused(now, Rsa, Encoding.ASCII.GetBytes(Rsa.Jwk["n"]!.GetValue<string>()))),
        ["HS256 with the bytes of the public key as its secret"] = (TokenOutcome.WrongAlgorithm, now => Confused(now, Rsa, Base64Url.DecodeFromChars(Rsa.Jwk["n"]!.GetValue<string>()))),
        ["HS256 under the id of an EC key"] = (TokenOutcome.WrongAlgorithm, now => Confused(now, Ec, Base64Url.DecodeFromChars(Ec.Jwk["x"]!.GetValue<string>()))),
        ["RS256 under the id of a secret"] = (TokenOutcome.WrongAlgorithm, now => Rsa.Sign(Claims(now), With(Rsa.Header(), "kid", "hs-1"))),
        ["ES256 by name, signed with the secret"] = (TokenOutcome.Forged, now => Secret.Sign(Claims(now), With(With(Secret.Header(), "kid", "ec-1"), "alg", "ES256"))),
        ["HS256 by name, signed with another secret"] = (TokenOutcome.Forged, now => TestKey.OfSecret("hs-1", new byte[32]).Sign(Claims(now))),
        ["another key under a known id"] = (TokenOutcome.Forged, now => Stranger.Sign(Claims(now))),
        ["jwk in the header"] = (TokenOutcome.Forged, now => Stranger.Sign(Claims(now), With(Stranger.Header(), "jwk", Stranger.Jwk.DeepClone()))),
        ["jku in the header"] = (TokenOutcome.Forged, now => Stranger.Sign(Claims(now), With(Stranger.Header(), "jku", "https://127.0.0.1:1/keys"))),
        ["x5u in the header"] = (TokenOutcome.Forged, now => Stranger.Sign(Claims(now), With(Stranger.Header(), "x5u", "https://127.0.0.1:1/chain"))),
        ["jwk in the header and a new id"] = (TokenOutcome.UnknownKey, now => Stranger.Sign(Claims(now), With(With(Stranger.Header(), "kid", "mine"), "jwk", Stranger.Jwk.DeepClone()))),
        ["no kid"] = (TokenOutcome.UnknownKey, now => Ec.Sign(Claims(now), new JsonObject { ["alg"] = "ES256" })),
        ["kid that is a path"] = (TokenOutcome.UnknownKey, now => Ec.Sign(Claims(now), With(Ec.Header(), "kid", "../../dev/null"))),
        ["kid that is a number"] = (TokenOutcome.UnknownKey, now => Ec.Sign(Claims(now), With(Ec.Header(), "kid", 1))),
        ["payload changed"] = (TokenOutcome.Forged, now => Spliced(Good(now), Ec.Sign(With(Claims(now), "sub", "bob")))),
        ["signature cut"] = (TokenOutcome.Forged, now => Secret.Sign(Claims(now))[..^3]),
        ["signature of zeros"] = (TokenOutcome.Forged, now => Good(now)[..(Good(now).LastIndexOf('.') + 1)] + Base64Url.EncodeToString(new byte[64])),
        ["signature in DER"] = (TokenOutcome.Forged, now => Good(now)[..(Good(now).LastIndexOf('.') + 1)] + Base64Url.EncodeToString([0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01])),
        ["crit"] = (TokenOutcome.Malformed, now => Ec.Sign(Claims(now), With(Ec.Header(), "crit", new JsonArray("exp")))),
        ["zip"] = (TokenOutcome.Malformed, now => Ec.Sign(Claims(now), With(Ec.Header(), "zip", "DEF"))),
        ["b64"] = (TokenOutcome.Malformed, now => Ec.Sign(Claims(now), With(Ec.Header(), "b64", false))),
        ["encrypted, five parts"] = (TokenOutcome.Malformed, now => $"{TestKey.Encode("""{"alg":"RSA-OAEP","enc":"A256GCM","kid":"rsa-1"}""")}.AA.AA.AA.AA"),
        ["enc in three parts"] = (TokenOutcome.Malformed, now => Ec.Sign(Claims(now), With(Ec.Header(), "enc", "A256GCM"))),
        ["two parts"] = (TokenOutcome.Malformed, now => Good(now)[..Good(now).LastIndexOf('.')]),
        ["four parts"] = (TokenOutcome.Malformed, now => Good(now) + ".AA"),
        ["padding"] = (TokenOutcome.Malformed, now => Good(now) + "="),
        ["a line feed at its end"] = (TokenOutcome.Malformed, now => Good(now) + "\n"),
        ["a line feed in it"] = (TokenOutcome.Malformed, now => Good(now).Insert(5, "\n")),
        ["a zero in it"] = (TokenOutcome.Malformed, now => Good(now).Insert(5, "\0")),
        ["a letter that is not ASCII"] = (TokenOutcome.Malformed, now => Good(now).Insert(5, "ä")),
        ["header that is a list"] = (TokenOutcome.Malformed, now => Ec.Sign(Claims(now).ToJsonString(), "[]")),
        ["header with alg twice"] = (TokenOutcome.Malformed, now => Ec.Sign(Claims(now).ToJsonString(), """{"alg":"none","kid":"ec-1","alg":"ES256"}""")),
        ["header nested deeply"] = (TokenOutcome.Malformed, now => Ec.Sign(Claims(now).ToJsonString(), string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 200))),
        ["payload that is a list"] = (TokenOutcome.MissingClaim, now => Ec.Sign("[]", Ec.Header().ToJsonString())),
        ["payload with sub twice"] = (TokenOutcome.MissingClaim, now => Ec.Sign("{\"sub\":\"bob\"," + Claims(now).ToJsonString()[1..], Ec.Header().ToJsonString())),
        ["payload that is no JSON"] = (TokenOutcome.MissingClaim, now => Ec.Sign("ann", Ec.Header().ToJsonString())),
        ["no exp"] = (TokenOutcome.MissingClaim, now => Ec.Sign(Without(Claims(now), "exp"))),
        ["exp as text"] = (TokenOutcome.MissingClaim, now => Ec.Sign(With(Claims(now), "exp", "4102444800"))),
        ["exp of a googol"] = (TokenOutcome.MissingClaim, now => Ec.Sign(With(Claims(now), "exp", 1e100))),
        ["exp below zero"] = (TokenOutcome.MissingClaim, now => Ec.Sign(With(Claims(now), "exp", -1))),
        ["iat as text"] = (TokenOutcome.MissingClaim, now => Ec.Sign(With(Claims(now), "iat", "0"))),
        ["no sub"] = (TokenOutcome.MissingClaim, now => Ec.Sign(Without(Claims(now), "sub"))),
        ["sub as a number"] = (TokenOutcome.MissingClaim, now => Ec.Sign(With(Claims(now), "sub", 7))),
        ["no aud"] = (TokenOutcome.MissingClaim, now => Ec.Sign(Without(Claims(now), "aud"))),
        ["aud with a number"] = (TokenOutcome.MissingClaim, now => Ec.Sign(With(Claims(now), "aud", new JsonArray("shop", 7)))),
        ["no aud in its list"] = (TokenOutcome.MissingClaim, now => Ec.Sign(With(Claims(now), "aud", new JsonArray()))),
        ["device as a list"] = (TokenOutcome.MissingClaim, now => Ec.Sign(With(Claims(now), "device", new JsonArray("phone")))),
        ["another app's aud"] = (TokenOutcome.OtherAudience, now => Ec.Sign(With(Claims(now), "aud", "default"))),
        ["aud in other letters"] = (TokenOutcome.OtherAudience, now => Ec.Sign(With(Claims(now), "aud", "Shop"))),
        ["another user"] = (TokenOutcome.OtherIdentity, now => Ec.Sign(With(Claims(now), "sub", "bob"))),
        ["another user in other letters"] = (TokenOutcome.OtherIdentity, now => Ec.Sign(With(Claims(now), "sub", "Ann"))),
        ["another device"] = (TokenOutcome.OtherIdentity, now => Ec.Sign(With(Claims(now), "device", "tablet"))),
        ["expired"] = (TokenOutcome.Expired, now => Ec.Sign(Claims(now - Lifetime - TimeSpan.FromSeconds(1)))),
        ["expired this moment"] = (TokenOutcome.Expired, now => Ec.Sign(Claims(now - Lifetime))),
        ["issued after its end"] = (TokenOutcome.Expired, now => Ec.Sign(With(Claims(now), "iat", Seconds(now + Lifetime + TimeSpan.FromSeconds(1))))),
        ["valid for too long"] = (TokenOutcome.TooLongLived, now => Ec.Sign(With(Claims(now), "exp", Seconds(now + TimeSpan.FromMinutes(61))))),
        ["valid for too long, without iat"] = (TokenOutcome.TooLongLived, now => Ec.Sign(With(Without(Claims(now), "iat"), "exp", Seconds(now + TimeSpan.FromMinutes(62))))),
        ["valid for ever"] = (TokenOutcome.TooLongLived, now => Ec.Sign(With(Claims(now), "exp", 253_402_300_799))),
        ["of the future"] = (TokenOutcome.NotYetValid, now => Ec.Sign(Claims(now + TimeSpan.FromSeconds(61)))),
        ["not before later"] = (TokenOutcome.NotYetValid, now => Ec.Sign(With(Claims(now), "nbf", Seconds(now + TimeSpan.FromSeconds(61))))),
        ["too long"] = (TokenOutcome.TooLong, now => Ec.Sign(With(Claims(now), "note", new string('x', 4_096)))),
    };

    /// <summary>The app as register tells of it.</summary>
    public static App Policy(TokenKinds kinds = TokenKinds.Signed, params TestKey[] keys) => new()
    {
        Name = App,
        Tokens = new Contracts.Register.TokenPolicy { Kinds = kinds, Keys = { (keys.Length > 0 ? keys : [Rsa, Ec, Secret]).Select(ToContract) } },
    };

    public static Contracts.Register.SigningKey ToContract(TestKey key) => Contracts.Register.SigningKey.Parser.ParseJson(key.Jwk.ToJsonString());

    public static JsonObject Claims(DateTimeOffset issued) => TestKey.Claims(User, App, Lifetime, issued);

    public static string Good(DateTimeOffset now) => Ec.Sign(Claims(now));

    public static JsonObject With(JsonObject json, string name, JsonNode? value)
    {
        json[name] = value;
        return json;
    }

    public static JsonObject Without(JsonObject json, string name)
    {
        json.Remove(name);
        return json;
    }

    public static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    private static string Unsigned(DateTimeOffset now, string alg) => $"{TestKey.Encode($$"""{"alg":"{{alg}}","kid":"ec-1"}""")}.{TestKey.Encode(Claims(now).ToJsonString())}.";

    private static string Confused(DateTimeOffset now, TestKey key, byte[] secret) => TestKey.OfSecret(key.Kid, secret).Sign(Claims(now));

    /// <summary>The payload of the second under the header and signature of the first.</summary>
    private static string Spliced(string signed, string said)
    {
        var (one, other) = (signed.Split('.'), said.Split('.'));
        return $"{one[0]}.{other[1]}.{one[2]}";
    }
}
