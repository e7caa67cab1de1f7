using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Microservices.Contracts.Register;
using Microservices.Gateway.Apps;
using Microservices.Gateway.Tokens;
using Microservices.Protocol;
using Microservices.Testing;
using Microservices.Testing.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Tests.Tokens;

public sealed class TokenChecksTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ManualTime _time = new();
    private readonly TokenMetrics _metrics;
    private readonly TokenChecks _checks;

    public TokenChecksTests()
    {
        _metrics = new TokenMetrics(_services.GetRequiredService<IMeterFactory>());
        _checks = new TokenChecks(Options.Create(new SignedTokenOptions()), _metrics, _time);
    }

    public static TheoryData<string> Forged => [.. Forgeries.All.Keys];

    public void Dispose() => _services.Dispose();

    [Theory]
    [MemberData(nameof(Forged))]
    public void Check_OfAForgery_IsRefusedForItsReason(string name)
    {
        var (expected, make) = Forgeries.All[name];

        var times = Check(make(_time.GetUtcNow()), out var outcome);

        Assert.Null(times);
        Assert.Equal(expected, outcome);
        Assert.Equal(1, _metrics.Tokens(expected));
        Assert.Equal(expected == TokenOutcome.Expired ? Code.TokenExpired : Code.WrongToken, TokenChecks.CodeOf(outcome));
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("ES256")]
    [InlineData("HS256")]
    public void Check_OfAGoodToken_GivesItsTimes(string alg)
    {
        var key = new[] { Forgeries.Rsa, Forgeries.Ec, Forgeries.Secret }.Single(key => key.Alg == alg);
        var now = _time.GetUtcNow();

        var times = Check(key.Sign(Forgeries.Claims(now)), out var outcome);

        Assert.Equal(TokenOutcome.Good, outcome);
        Assert.Equal(new TokenTimes(now.ToUnixTimeMilliseconds(), now.AddMinutes(10).ToUnixTimeMilliseconds()), times);
    }

    [Fact]
    public void Check_OfOddButGoodTokens_IsGood()
    {
        var now = _time.GetUtcNow();
        var claims = Forgeries.Claims(now);
        string[] tokens =
        [
            Forgeries.Ec.Sign(Forgeries.With(Forgeries.Claims(now), "aud", new JsonArray("other", "shop"))),
            Forgeries.Ec.Sign(Forgeries.With(Forgeries.Claims(now), "device", Forgeries.Device)),
            Forgeries.Ec.Sign(Forgeries.With(Forgeries.Claims(now), "nbf", Forgeries.Seconds(now.AddSeconds(60)))),
            Forgeries.Ec.Sign(Forgeries.With(Forgeries.Claims(now), "scope", new JsonObject { ["deep"] = new JsonArray(1, 2) })),
            Forgeries.Ec.Sign(claims, Forgeries.With(Forgeries.Ec.Header(), "jku", "https://127.0.0.1:1/keys")),
            Forgeries.Ec.Sign(Forgeries.Claims(now.AddSeconds(60))),
            Forgeries.Ec.Sign(Forgeries.Claims(now.AddMinutes(-10).AddMilliseconds(1))),
        ];

        Assert.All(tokens, token => Assert.NotNull(Check(token, out _)));
    }

    [Fact]
    public void Check_WithoutIat_TakesItForAsOldAsItCanBe()
    {
        var now = _time.GetUtcNow();

        var times = Check(Forgeries.Ec.Sign(Forgeries.Without(Forgeries.Claims(now), "iat")), out _);

        Assert.Equal(now.AddMinutes(10 - 60).ToUnixTimeMilliseconds(), times!.IssuedMs);
    }

    [Fact]
    public void Check_WhichFollowsALaterOne_IsRefused()
    {
        var now = _time.GetUtcNow();
        var token = Forgeries.Good(now);
        var present = Check(token, out _)!;

        Assert.NotNull(Check(token, out _, follows: present));
        Assert.Null(Check(token, out var outcome, follows: present with { IssuedMs = present.IssuedMs + 1 }));
        Assert.Equal(TokenOutcome.Older, outcome);
    }

    [Fact]
    public void Check_WithAnyCharacterChanged_IsRefused()
    {
        var token = Forgeries.Secret.Sign(Forgeries.Claims(_time.GetUtcNow()));
        for (var i = 0; i < token.Length; i++)
        {
            // The last letter of a part may carry bits that belong to no byte.
            var letter = token[i] == 'A' ? 'Q' : 'A';
            if (token[i] == '.' || i + 1 == token.Length || token[i + 1] == '.')
            {
                continue;
            }

            Assert.Null(Check(token[..i] + letter + token[(i + 1)..], out _));
        }
    }

    [Fact]
    public void Check_OfNoise_NeverThrows()
    {
        const string Letters = "eyJhbGciOiJub25lIn0.-_AQ{}\"\n\0ä";
        var random = new Random(11);
        for (var i = 0; i < 5_000; i++)
        {
            Assert.Null(Check(string.Create(random.Next(200), random, (text, source) => text.ForEachLetter(source, Letters)), out _));
        }
    }

    [Fact]
    public void Check_FromManyThreads_AgreesWithItself()
    {
        var now = _time.GetUtcNow();
        var policy = AppPolicy.Of(Forgeries.Policy()).Tokens;
        string[] tokens = [.. new[] { Forgeries.Rsa, Forgeries.Ec, Forgeries.Secret }.Select(key => key.Sign(Forgeries.Claims(now)))];
        var forged = Forgeries.All["payload changed"].Make(now);

        Parallel.For(0, 400, i =>
        {
            Assert.NotNull(_checks.Check(policy, Forgeries.User, "", tokens[i % 3], follows: null, out _));
            Assert.Null(_checks.Check(policy, Forgeries.User, "", forged, follows: null, out _));
        });
    }

    [Theory]
    [InlineData(TokenKinds.Stored, "eyJ.a.b", false)]
    [InlineData(TokenKinds.Both, "eyJ.a.b", true)]
    [InlineData(TokenKinds.Both, "a-stored-token-of-32-characters!", false)]
    [InlineData(TokenKinds.Both, "eyJ.a.b.c.d", false)]
    [InlineData(TokenKinds.Signed, "a-stored-token-of-32-characters!", true)]
    [InlineData(TokenKinds.Signed, "", false)]
    public void IsSigned_ByThePolicyAndTheForm(TokenKinds kinds, string token, bool expected) =>
        Assert.Equal(expected, AppPolicy.Of(Forgeries.Policy(kinds)).Tokens.IsSigned(token));

    [Fact]
    public void Audiences_WhenNamed_TakeThePlaceOfTheApp()
    {
        var app = Forgeries.Policy();
        app.Tokens.Audiences.Add("https://push.example");
        var policy = AppPolicy.Of(app).Tokens;
        var now = _time.GetUtcNow();
        var named = Forgeries.Ec.Sign(Forgeries.With(Forgeries.Claims(now), "aud", "https://push.example"));

        Assert.NotNull(_checks.Check(policy, Forgeries.User, "", named, follows: null, out _));
        Assert.Null(_checks.Check(policy, Forgeries.User, "", Forgeries.Good(now), follows: null, out var outcome));
        Assert.Equal(TokenOutcome.OtherAudience, outcome);
    }

    private TokenTimes? Check(string token, out TokenOutcome outcome, TokenTimes? follows = null) =>
        _checks.Check(AppPolicy.Of(Forgeries.Policy()).Tokens, Forgeries.User, Forgeries.Device, token, follows, out outcome);
}

internal static class Letters
{
    public static void ForEachLetter(this Span<char> text, Random random, string letters)
    {
        foreach (ref var letter in text)
        {
            letter = letters[random.Next(letters.Length)];
        }
    }
}
