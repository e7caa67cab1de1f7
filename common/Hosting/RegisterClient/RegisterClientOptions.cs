namespace Microservices.Hosting.RegisterClient;

/// <summary>Where register is. Section <c>Register</c>.</summary>
public sealed class RegisterClientOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Register";

    internal static readonly string[] DefaultAddresses = ["http://127.0.0.1:8200"];

    /// <summary>The gRPC addresses of all registers, all http or all https. Default <c>http://127.0.0.1:8200</c>. Calls take turns; a dead one is left out until it is back.</summary>
    // A default in the list itself would be added to by the configuration, not replaced.
    public IList<string> Addresses { get; } = [];

    /// <summary>The deadline of a unary call that names none. Default 5 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often an idle or busy connection is probed. Default 10 s; a hung register is noticed after this and <see cref="PingTimeout"/>.</summary>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the answer to a probe may take before the connection counts as dead. Default 5 s.</summary>
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause between attempts to reach a dead register. Default 2 s.</summary>
    public TimeSpan MaxReconnectPause { get; set; } = TimeSpan.FromSeconds(2);
}
