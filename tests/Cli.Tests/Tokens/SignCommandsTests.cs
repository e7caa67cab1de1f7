using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microservices.Cli.Tests.Running;
using Microservices.Contracts.Center;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Cli.Tests.Tokens;

public sealed class SignCommandsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new("empty", "");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("RS256")]
    [InlineData("ES256")]
    [InlineData("HS256")]
    public async Task Sign_WithAKeyThatWasMade_IsGoodByTheKeyThatTheAppGets(string alg)
    {
        var file = await KeyAsync(alg);

        var run = await CommandRun.OfAsync("token", "sign", "--key", file, "--app", "shop", "--user", "zoë", "--lifetime", "2m", "--device", "phone");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var parts = run.Output.TrimEnd('\n').Split('.');
        var (header, claims) = (Json(parts[0]), Json(parts[1]));
        Assert.Equal((alg, "k1"), ((string?)header["alg"], (string?)header["kid"]));
        Assert.Equal(("zoë", "shop", "phone"), ((string?)claims["sub"], (string?)claims["aud"], (string?)claims["device"]));
        Assert.Equal(120, (double)claims["exp"]! - (double)claims["iat"]!, tolerance: 0.01);
        Assert.True(await IsGoodAsync(file, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2])));
    }

    [Fact]
    public async Task Key_IsForItsOwnerAndNotWrittenOver()
    {
        var file = await KeyAsync("ES256");
        var before = await File.ReadAllTextAsync(file);

        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        (await CommandRun.OfAsync("token", "key", "--kid", "k2", "--out", file)).AssertFailed("is there already");
        Assert.Equal(before, await File.ReadAllTextAsync(file));
        (await CommandRun.OfAsync("token", "key", "--kid", "k2", "--alg", "none", "--out", file + "2")).AssertFailed("'none' is none of RS256, ES256, HS256");
    }

    [Theory]
    [InlineData("""{"kid":"k1","alg":"ES256","kty":"EC","crv":"P-256","x":"secret","y":"secret"}""", "is a public one")]
    [InlineData("""{"kid":"k1","alg":"ES256","kty":"EC","crv":"P-256","x":"secret","y":"secret","d":"secret"}""", "cannot sign with ES256")]
    [InlineData("""{"kid":"k1","alg":"ES512"}""", "alg of RS256, ES256 or HS256")]
    [InlineData("secret", "cannot be read as a JSON Web Key")]
    public async Task Sign_WithWhatIsNoKey_SaysSoAndNothingOfIt(string content, string expected)
    {
        var file = Path.Combine(_folder.Path, "bad");
        await File.WriteAllTextAsync(file, content);

        var run = await CommandRun.OfAsync("token", "sign", "--key", file, "--user", "zoe");

        run.AssertFailed(expected);
        Assert.DoesNotContain("secret", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_AddsAndRemovesKeys_AndNeverSendsThePrivatePart()
    {
        await using var center = await FakeCenter.StartAsync();
        center.Apps["default"].TokenKeys.Add(new SigningKey { Kid = "old", Alg = "HS256" });
        center.Apps["default"].TokenKeys.Add(new SigningKey { Kid = "kept", Alg = "HS256" });
        var file = await KeyAsync("ES256");

        var run = await CommandRun.OfAsync(center, "apps", "put", "default", "--set", "token_kinds=signed", "--add-key", file, "--remove-key", "old");

        Assert.Equal(0, run.ExitCode);
        var put = center.Only<PutAppRequest>().App;
        Assert.Equal(("signed", "kept,k1"), (put.TokenKinds, string.Join(',', put.TokenKeys.Select(static key => key.Kid))));
        Assert.DoesNotContain((string)Read(file)["d"]!, $"{put}", StringComparison.Ordinal);
        (await CommandRun.OfAsync(center, "apps", "put", "default", "--remove-key", "nothing")).AssertFailed("has no key 'nothing'");
    }

    [Fact]
    public async Task TokenCommand_IsAskedAtTheLoginAndBeforeTheTokensEnd()
    {
        await using var gateway = new FakeGateway { Verify = static _ => new VerifyResult { Code = 1, HeartbeatMs = 60_000, Session = "s-1", TokenExpiresMs = 2_500 } };
        await using var chat = new RunningCommand("chat", "--user", "zoe", "--gateway", gateway.Address, "--token-command", "echo token-$$; echo more");

        await Eventually.HoldsAsync(() => gateway.Count(Command.Verify) == 2, "the next token is verified", () => chat.Output + chat.Error);

        var tokens = gateway.Bodies<Verify>(Command.Verify).Select(static verify => verify.Token).ToArray();
        Assert.All(tokens, static token => Assert.Matches("^token-[0-9]+$", token));
        Assert.NotEqual(tokens[0], tokens[1]);
    }

    [Fact]
    public async Task TokenCommand_BesideAnotherToken_IsRefused() =>
        (await CommandRun.OfAsync("chat", "--user", "zoe", "--token", "0123456789abcdef", "--token-command", "true")).AssertFailed("exclude one another");

    private async Task<string> KeyAsync(string alg)
    {
        var file = Path.Combine(_folder.Path, "key.jwk");
        var run = await CommandRun.OfAsync("token", "key", "--alg", alg, "--kid", "k1", "--out", file);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return file;
    }

    /// <summary>By the fields that the platform is sent, and by the runtime's own classes.</summary>
    private static async Task<bool> IsGoodAsync(string file, byte[] signed, byte[] signature)
    {
        await using var center = await FakeCenter.StartAsync();
        await CommandRun.OfAsync(center, "apps", "put", "default", "--add-key", file);
        var key = Assert.Single(center.Only<PutAppRequest>().App.TokenKeys);
        switch (key.Alg)
        {
            case "RS256":
                using (var rsa = RSA.Create(new RSAParameters { Modulus = Base64Url.DecodeFromChars(key.N), Exponent = Base64Url.DecodeFromChars(key.E) }))
                {
                    return rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
                }

            case "ES256":
                var point = new ECPoint { X = Base64Url.DecodeFromChars(key.X), Y = Base64Url.DecodeFromChars(key.Y) };
                using (var ec = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point }))
                {
                    return ec.VerifyData(signed, signature, HashAlgorithmName.SHA256);
                }

            default:
                return HMACSHA256.HashData(Base64Url.DecodeFromChars(key.K), signed).AsSpan().SequenceEqual(signature);
        }
    }

    private static JsonNode Json(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!;

    private static JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(file))!;
}
