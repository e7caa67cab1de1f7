using System.CommandLine;
using System.Text.Json.Nodes;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Microservices.Cli.Tokens;

/// <summary><c>token key</c> and <c>token sign</c>: what an app's own login system does, to try signed tokens with.</summary>
internal static class SignCommands
{
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromMinutes(10);

    public static Command Key(Terminal terminal)
    {
        var alg = new Option<string>("--alg") { Description = "RS256, ES256 or HS256.", DefaultValueFactory = static _ => KeyFile.Es256, HelpName = "algorithm" };
        var kid = new Option<string>("--kid") { Description = "What tokens name it by.", Required = true, HelpName = "name" };
        var output = new Option<string>("--out") { Description = "The file for it, for its owner only.", Required = true, HelpName = "file" };
        var command = new Command("key", "Make a key that signs tokens; 'apps put --add-key' lets an app take them.") { alg, kid, output };
        command.SetAction(parsed =>
        {
            var file = parsed.GetRequiredValue(output);
            if (File.Exists(file))
            {
                throw new CliException($"The file '{file}' is there already; a key that signs is not written over");
            }

            KeyFile.Create(file, parsed.GetRequiredValue(alg), parsed.GetRequiredValue(kid)).Write();
            terminal.Out.Line($"The key {parsed.GetRequiredValue(kid)} is in '{file}'. Who has it can sign: keep it.");
            return ExitCode.Done;
        });
        return command;
    }

    public static Command Sign(Terminal terminal)
    {
        var key = new Option<string>("--key") { Description = "The file of the key, a JSON Web Key.", Required = true, HelpName = "file" };
        var user = new Option<string>("--user") { Description = "The user.", Required = true, HelpName = "name" };
        var app = Options.App();
        var audience = new Option<string?>("--audience") { Description = "Whom it is for, if that is not the app.", HelpName = "name" };
        var device = new Option<string?>("--device") { Description = "The only device that it is good for.", HelpName = "name" };
        var lifetime = Options.Span("--lifetime", "How long it is good. Default 10m.");
        var command = new Command("sign", "Sign a token for a user, without asking anybody. Its only output is the token.") { key, user, app, audience, device, lifetime };
        command.SetAction(parsed =>
        {
            var file = KeyFile.Read(parsed.GetRequiredValue(key));
            if (!file.IsPrivate)
            {
                throw new CliException($"The key in '{parsed.GetRequiredValue(key)}' is a public one: it cannot sign");
            }

            var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1_000.0;
            var claims = new JsonObject
            {
                ["sub"] = parsed.GetRequiredValue(user),
                ["aud"] = parsed.GetValue(audience) ?? parsed.GetRequiredValue(app),
                ["iat"] = now,
                ["exp"] = now + (parsed.GetValue(lifetime) ?? DefaultLifetime).TotalSeconds,
            };
            if (parsed.GetValue(device) is { } named)
            {
                claims["device"] = named;
            }

            terminal.Out.Line(Sign(file, claims));
            return ExitCode.Done;
        });
        return command;
    }

    private static string Sign(KeyFile key, JsonObject claims)
    {
        try
        {
            var handler = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false };
            return handler.CreateToken(claims.ToJsonString(), new SigningCredentials(new JsonWebKey(key.Json), key.Alg));
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException or NotSupportedException or System.Security.Cryptography.CryptographicException)
        {
            throw new CliException($"The key {key.Kid} cannot sign with {key.Alg}");
        }
    }
}
