namespace Microservices.Hosting.ServiceAuth;

/// <summary>The secret by which the services know one another. Section <c>ServiceAuth</c>.</summary>
public sealed class ServiceAuthOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "ServiceAuth";

    /// <summary>
    /// A file with the secret, the same on every service. While it is being changed the file may hold several lines:
    /// all are accepted, the first is sent.
    /// </summary>
    public string? SecretFile { get; set; }

    /// <summary>The secret itself: from the environment (<c>ServiceAuth__Secret</c>) or set in memory, never from a file of settings or the command line.</summary>
    public string? Secret { get; set; }
}
