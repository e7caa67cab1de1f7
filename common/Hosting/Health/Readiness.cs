using System.Collections.Frozen;
using Microsoft.Extensions.Logging;

namespace Microservices.Hosting.Health;

/// <summary>The state of everything that the service declared with <see cref="HealthComposition.AddDependency"/>.</summary>
public sealed class Readiness
{
    private readonly FrozenDictionary<string, DependencyGate> _gates;

    /// <summary>A gate for each of <paramref name="dependencies"/>, all closed.</summary>
    public Readiness(IEnumerable<string> dependencies, ILogger<Readiness> logger) =>
        _gates = dependencies.ToFrozenDictionary(static name => name, name => new DependencyGate(name, logger));

    /// <summary>The gate of <paramref name="dependency"/>.</summary>
    /// <exception cref="InvalidOperationException">It was not declared.</exception>
    public DependencyGate this[string dependency] =>
        _gates.TryGetValue(dependency, out var gate)
            ? gate
            : throw new InvalidOperationException($"Dependency '{dependency}' is not declared: call services.AddDependency(\"{dependency}\").");

    /// <summary>All gates.</summary>
    public IEnumerable<DependencyGate> All => _gates.Values;
}
