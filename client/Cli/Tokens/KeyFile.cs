using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microservices.Cli.CommandLine;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Tokens;

/// <summary>A key that signs tokens, a JSON Web Key in a file. What it throws names the file, never a part of the key.</summary>
internal sealed class KeyFile
{
    public const string Rs256 = "RS256";
    public const string Es256 = "ES256";
    public const string Hs256 = "HS256";
    private const int RsaBits = 2_048;
    private const int SecretBytes = 32;

    private readonly string _path;
    private readonly JsonObject _jwk;

    private KeyFile(string path, JsonObject jwk) => (_path, _jwk) = (path, jwk);

    public string Kid => Text("kid");

    public string Alg => Text("alg");

    /// <summary>All of it.</summary>
    public string Json => _jwk.ToJsonString();

    /// <summary>It can sign: it is no public key.</summary>
    public bool IsPrivate => Text("d").Length > 0 || Text("k").Length > 0;

    /// <exception cref="CliException">There is no such algorithm.</exception>
    public static KeyFile Create(string path, string alg, string kid)
    {
        var jwk = alg switch
        {
            Rs256 => OfRsa(),
            Es256 => OfEc(),
            Hs256 => new JsonObject { ["kty"] = "oct", ["k"] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)) },
            _ => throw new CliException($"--alg '{alg}' is none of {Rs256}, {Es256}, {Hs256}"),
        };
        jwk["kid"] = kid;
        jwk["alg"] = alg;
        return new KeyFile(path, jwk);
    }

    /// <exception cref="CliException">The file is missing, or has no such key.</exception>
    public static KeyFile Read(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) is JsonObject jwk && new KeyFile(path, jwk) is { Kid.Length: > 0, Alg: Rs256 or Es256 or Hs256 } file
                ? file
                : throw new CliException($"The file '{path}' has no JSON Web Key with kid and an alg of {Rs256}, {Es256} or {Hs256}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            // The text of a parser's fault may quote what stands in the file.
            throw new CliException($"The key file '{path}' cannot be read as a JSON Web Key");
        }
    }

    /// <exception cref="CliException">The file cannot be written.</exception>
    public void Write() => PrivateFile.Write(_path, Json);

    /// <summary>What the app's policy takes: the public key, or the secret.</summary>
    public SigningKey ToContract() => new()
    {
        Kid = Kid,
        Alg = Alg,
        N = Text("n"),
        E = Text("e"),
        X = Text("x"),
        Y = Text("y"),
        K = Text("k"),
    };

    private static JsonObject OfRsa()
    {
        using var rsa = RSA.Create(RsaBits);
        var key = rsa.ExportParameters(includePrivateParameters: true);
        return new JsonObject
        {
            ["kty"] = "RSA",
            ["n"] = Base64Url.EncodeToString(key.Modulus),
            ["e"] = Base64Url.EncodeToString(key.Exponent),
            ["d"] = Base64Url.EncodeToString(key.D),
            ["p"] = Base64Url.EncodeToString(key.P),
            ["q"] = Base64Url.EncodeToString(key.Q),
            ["dp"] = Base64Url.EncodeToString(key.DP),
            ["dq"] = Base64Url.EncodeToString(key.DQ),
            ["qi"] = Base64Url.EncodeToString(key.InverseQ),
        };
    }

    private static JsonObject OfEc()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = ec.ExportParameters(includePrivateParameters: true);
        return new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["x"] = Base64Url.EncodeToString(key.Q.X),
            ["y"] = Base64Url.EncodeToString(key.Q.Y),
            ["d"] = Base64Url.EncodeToString(key.D),
        };
    }

    private string Text(string name) => _jwk[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
