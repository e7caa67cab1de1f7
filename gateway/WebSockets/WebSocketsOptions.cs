using System.ComponentModel.DataAnnotations;
using Microservices.Gateway.WebSockets.Upgrades;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.WebSockets;

/// <summary>WebSocket connections. Section <c>WebSocket</c>, beside where their listener listens.</summary>
public sealed class WebSocketsOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = GatewayListeners.WebSocket;

    /// <summary>How long a handshake may take, from the accept (or the end of the TLS handshake) on. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan UpgradeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest HTTP request of a handshake, bytes. Default 8,192.</summary>
    [Range(512, 65_536)]
    public int MaxUpgradeBytes { get; set; } = 8_192;

    /// <summary>The most fields of that request. Default 64.</summary>
    [Range(8, 1_000)]
    public int MaxUpgradeFields { get; set; } = 64;

    /// <summary>
    /// Pages that may connect beside those of the gateway's own host: <c>https://app.example.com</c>, <c>https://*.example.com</c>, <c>null</c>, or <c>*</c> for any.
    /// Who sends no Origin is no browser, and may. Default none.
    /// </summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>How many frames of the WebSocket one message may come in. Default 128.</summary>
    [Range(1, 65_536)]
    public int MaxMessageParts { get; set; } = 128;

    /// <summary>How many pings a second of one client are answered; further ones count as signs of life only. Default 10.</summary>
    [Range(1, 10_000)]
    public int MaxPongsPerSecond { get; set; } = 10;
}

[OptionsValidator]
internal sealed partial class WebSocketsOptionsValidator : IValidateOptions<WebSocketsOptions>;

/// <summary>Checks what attributes cannot: the origins.</summary>
internal sealed class WebSocketOriginsValidator : IValidateOptions<WebSocketsOptions>
{
    public ValidateOptionsResult Validate(string? name, WebSocketsOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        foreach (var origin in options.AllowedOrigins.Where(static origin => !Origins.IsEntry(origin)))
        {
            faults.AddError($"'{origin}' is not an origin such as https://app.example.com or https://*.example.com, nor 'null' or '*'.", $"{WebSocketsOptions.Section}:{nameof(options.AllowedOrigins)}");
        }

        return faults.Build();
    }
}
