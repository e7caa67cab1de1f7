using System.Buffers.Text;
using Microservices.Contracts.Register;
using Microservices.Register.Apps;
using Microservices.Register.Store;
using Microservices.Testing.Tokens;

namespace Microservices.Register.Tests.Apps;

public sealed class TokenRulesTests
{
    private const string Secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA";

    public static TheoryData<string, string, string[]> Broken => new()
    {
        { "no key", """{"kinds":1}""", ["app.tokens.keys", "none"] },
        { "kinds", """{"kinds":9}""", ["app.tokens.kinds", "9"] },
        { "lifetime", """{"maxLifetimeMs":86400001}""", ["app.tokens.max_lifetime_ms", "86400001", "86400000"] },
        { "skew", """{"clockSkewMs":300001}""", ["app.tokens.clock_skew_ms", "300001", "300000"] },
        { "grace", """{"graceMs":300001}""", ["app.tokens.grace_ms", "300001", "300000"] },
        { "audience", """{"audiences":["a","\u0007"]}""", ["app.tokens.audiences", "control"] },
        { "kid", """{"keys":[{"kid":"","alg":"HS256"}]}""", ["app.tokens.keys[0].kid", "64"] },
        { "kid with a space", """{"keys":[{"kid":"a b","alg":"HS256"}]}""", ["app.tokens.keys[0].kid", "ASCII"] },
        { "none", """{"keys":[{"kid":"k","alg":"none"}]}""", ["app.tokens.keys[0].alg", "ES256"] },
        { "no alg", """{"keys":[{"kid":"k"}]}""", ["app.tokens.keys[0].alg", "ES256"] },
        { "HS512", """{"keys":[{"kid":"k","alg":"HS512"}]}""", ["app.tokens.keys[0].alg", "HS256"] },
        { "no secret", """{"keys":[{"kid":"k","alg":"HS256"}]}""", ["app.tokens.keys[0].k", "missing"] },
        { "short secret", """{"keys":[{"kid":"k","alg":"HS256","k":"c2hvcnQ"}]}""", ["app.tokens.keys[0].k", "32"] },
        { "secret that is no base64url", """{"keys":[{"kid":"k","alg":"HS256","k":"c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA=="}]}""", ["app.tokens.keys[0].k", "base64url"] },
        { "secret of a public key", """{"keys":[{"kid":"k","alg":"ES256","k":"c2VjcmV0"}]}""", ["app.tokens.keys[0].alg", "another kind"] },
        { "kty", """{"keys":[{"kid":"k","alg":"HS256","kty":"RSA","k":"c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"}]}""", ["app.tokens.keys[0].kty", "oct"] },
        { "use", """{"keys":[{"kid":"k","alg":"HS256","use":"enc","k":"c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"}]}""", ["app.tokens.keys[0].use", "sig"] },
        { "curve", """{"keys":[{"kid":"k","alg":"ES256","crv":"P-384","x":"AA","y":"AA"}]}""", ["app.tokens.keys[0].crv", "P-256"] },
        { "short point", """{"keys":[{"kid":"k","alg":"ES256","x":"AA","y":"AA"}]}""", ["app.tokens.keys[0].x", "32"] },
        { "no point", $$"""{"keys":[{"kid":"k","alg":"ES256","x":"{{Bytes(32, 7)}}","y":"{{Bytes(32, 9)}}"}]}""", ["app.tokens.keys[0].x", "point"] },
        { "short modulus", $$"""{"keys":[{"kid":"k","alg":"RS256","n":"{{Bytes(128, 255)}}","e":"AQAB"}]}""", ["app.tokens.keys[0].n", "2048"] },
        { "long modulus", $$"""{"keys":[{"kid":"k","alg":"RS256","n":"{{Bytes(1024, 255)}}","e":"AQAB"}]}""", ["app.tokens.keys[0].n", "4096"] },
        { "even exponent", $$"""{"keys":[{"kid":"k","alg":"RS256","n":"{{Bytes(256, 255)}}","e":"Ag"}]}""", ["app.tokens.keys[0].e", "odd"] },
        { "exponent 1", $$"""{"keys":[{"kid":"k","alg":"RS256","n":"{{Bytes(256, 255)}}","e":"AQ"}]}""", ["app.tokens.keys[0].e", "odd"] },
        { "same kid", """{"keys":[{"kid":"k","alg":"HS256"},{"kid":"k","alg":"ES256"}]}""", ["app.tokens.keys", "same kid"] },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void FaultOf_BrokenRule_NamesFieldAndBound_AndNoPartOfAKey(string name, string json, string[] words)
    {
        var fault = TokenRules.FaultOf(TokenPolicy.Parser.ParseJson(json));

        Assert.True(fault is not null, name);
        Assert.All(words, word => Assert.Contains(word, $"{fault.Value.Field}: {fault.Value.Message}", StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, fault.Value.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("ES256")]
    [InlineData("HS256")]
    public void FaultOf_AGoodKey_IsNone(string alg)
    {
        var key = SigningKey.Parser.ParseJson(TestKey.Create(alg, "k").Jwk.ToJsonString());

        Assert.Null(TokenRules.FaultOf(new TokenPolicy { Kinds = TokenKinds.Signed, Keys = { key }, MaxLifetimeMs = TokenRules.MaxLifetimeMs }));
    }

    [Fact]
    public void FaultOf_NineKeysOrAudiences_IsTooMany()
    {
        SigningKey[] keys = [.. Enumerable.Range(0, 9).Select(static i => new SigningKey { Kid = $"k{i}", Alg = "HS256", K = Secret })];

        Assert.Contains("9", TokenRules.FaultOf(new TokenPolicy { Keys = { keys } })!.Value.Message, StringComparison.Ordinal);
        Assert.Contains("9", TokenRules.FaultOf(new TokenPolicy { Audiences = { keys.Select(static key => key.Kid) } })!.Value.Message, StringComparison.Ordinal);
        Assert.Null(TokenRules.FaultOf(new TokenPolicy { Keys = { keys[1..] }, Audiences = { keys[1..].Select(static key => key.Kid) } }));
    }

    [Fact]
    public void MaxLifetime_IsRememberedByRevocations() =>
        Assert.True(SessionClaim.KeepRevocation > TimeSpan.FromMilliseconds(TokenRules.MaxLifetimeMs + 300_000));

    private static string Bytes(int count, byte value) => Base64Url.EncodeToString([.. Enumerable.Repeat(value, count)]);
}
