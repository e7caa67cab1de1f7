using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Binding;

/// <summary>Further apps on a connection. Section <c>Binding</c>.</summary>
public sealed class BindingOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Binding";

    /// <summary>The most apps that one connection may bind beside the app of its verify. Each is a session, which takes memory as any other. Default 16.</summary>
    [Range(0, 1_024)]
    public int MaxApps { get; set; } = 16;

    /// <summary>How many binds a second one connection may send in the long run. Default 5.</summary>
    [Range(1, 1_000)]
    public int BindsPerSecond { get; set; } = 5;

    /// <summary>How many it may send at once after a pause: a client that comes back binds all its apps again. Default 32.</summary>
    [Range(1, 10_000)]
    public int BindBurst { get; set; } = 32;

    /// <summary>From a bind to its answer; meanwhile nothing else is read from the connection. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many binds with a wrong token one connection may send; at one more it is closed. Default 10.</summary>
    [Range(1, 1_000)]
    public int MaxWrongTokens { get; set; } = 10;
}

[OptionsValidator]
internal sealed partial class BindingOptionsValidator : IValidateOptions<BindingOptions>;
