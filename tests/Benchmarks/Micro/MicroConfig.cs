using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Microservices.Benchmarks.Micro;

/// <summary>
/// A few seconds for each benchmark, with what it allocates. In this process: the build of one of its own for each, which BenchmarkDotNet makes by
/// default, sends the outputs of all projects to one folder, where what is generated from <c>proto</c> is not found.
/// </summary>
internal sealed class MicroConfig : ManualConfig
{
    private MicroConfig()
    {
        AddDiagnoser(MemoryDiagnoser.Default);
        AddColumnProvider(DefaultColumnProviders.Descriptor, DefaultColumnProviders.Params, DefaultColumnProviders.Metrics);

        // The machine does other things too: the least is what it costs, the rest what disturbed it.
        AddColumn(StatisticColumn.Median, StatisticColumn.Min, StatisticColumn.Max);
        AddLogger(ConsoleLogger.Default);
        AddExporter(MarkdownExporter.GitHub);
    }

    /// <summary>The configuration, and the arguments for BenchmarkDotNet: a job of the command line (<c>--job short</c>) takes the place of ours.</summary>
    public static (MicroConfig Config, string[] Arguments) From(string[] args)
    {
        var config = new MicroConfig();
        if (args.Contains("--job") || args.Contains("-j"))
        {
            return (config, [.. args, "--inProcess"]);
        }

        config.AddJob(Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(3)
            .WithIterationCount(12)
            .WithIterationTime(TimeInterval.FromMilliseconds(200)));
        return (config, args);
    }
}
