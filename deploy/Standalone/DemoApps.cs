using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microservices.Standalone;

/// <summary>The apps of the first start: <c>default</c>, whose users have stored tokens, and <c>signed</c>, whose tokens are signed with the key of the data folder.</summary>
internal static class DemoApps
{
    public const string Signed = "signed";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>A key of ES256, a JSON Web Key with its private part.</summary>
    public static string NewKey()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = ec.ExportParameters(includePrivateParameters: true);
        return new JsonObject
        {
            ["kid"] = "demo",
            ["alg"] = "ES256",
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["x"] = Base64Url.EncodeToString(key.Q.X),
            ["y"] = Base64Url.EncodeToString(key.Q.Y),
            ["d"] = Base64Url.EncodeToString(key.D),
        }.ToJsonString();
    }

    /// <summary>The apps, with the public part of <paramref name="key"/>. Newcomers talk to everybody; elsewhere an app has to allow it.</summary>
    /// <exception cref="JsonException">The key is none.</exception>
    public static string Json(string key)
    {
        var open = JsonNode.Parse(key) as JsonObject ?? throw new JsonException();
        open.Remove("d");
        return new JsonArray(
            new JsonObject
            {
                ["name"] = DemoUsers.App,
                ["chat"] = new JsonObject { ["users"] = true, ["broadcast"] = true },
                ["sender"] = "standalone",
            },
            new JsonObject
            {
                ["name"] = Signed,
                ["chat"] = new JsonObject { ["users"] = true, ["broadcast"] = true },
                ["sender"] = "standalone",
                ["tokens"] = new JsonObject { ["kinds"] = "signed", ["keys"] = new JsonArray(open) },
            }).ToJsonString(Indented);
    }
}
