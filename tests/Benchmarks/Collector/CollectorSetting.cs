namespace Microservices.Benchmarks.Collector;

/// <summary>
/// How the gateway's garbage collector is set, by the environment, which goes before what the gateway ships in <c>runtimeconfig.template.json</c>. Names
/// are as the runtime spells them, capitals included; numbers are hexadecimal.
/// </summary>
internal sealed record CollectorSetting(string Name, IReadOnlyDictionary<string, string> Environment)
{
    public static IReadOnlyList<CollectorSetting> All { get; } =
    [
        new("as shipped", new Dictionary<string, string>()),
        new("not concurrent", new Dictionary<string, string> { ["DOTNET_gcConcurrent"] = "0" }),
        new("generation 0 of 1 MiB", new Dictionary<string, string> { ["DOTNET_GCGen0MaxBudget"] = "100000" }),
        new("generation 0 of 16 MiB", new Dictionary<string, string> { ["DOTNET_GCGen0MaxBudget"] = "1000000" }),
        new("generation 0 as the runtime likes it", new Dictionary<string, string> { ["DOTNET_GCGen0MaxBudget"] = "0" }),
        new("nothing conserved", new Dictionary<string, string> { ["DOTNET_GCConserveMemory"] = "0" }),
        new("server, adapting", new Dictionary<string, string> { ["DOTNET_gcServer"] = "1" }),
        new("server, a heap for each core", new Dictionary<string, string> { ["DOTNET_gcServer"] = "1", ["DOTNET_GCDynamicAdaptationMode"] = "0" }),
    ];
}
