using System.Reflection;

namespace Microservices.Hosting;

/// <summary>Which service this is, as health answers and logs name it.</summary>
public sealed record ServiceIdentity(string Name)
{
    /// <summary>The version of the build.</summary>
    public string Version { get; } =
        typeof(ServiceIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
