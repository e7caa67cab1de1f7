using BenchmarkDotNet.Running;
using Microservices.Benchmarks.Micro;

// What the hot types cost: docs/benchmarks.md, "Hot types". dotnet run -c Release --project tests/Benchmarks/Micro -- --filter '*'
var (config, arguments) = MicroConfig.From(args);
BenchmarkSwitcher.FromAssembly(typeof(MicroConfig).Assembly).Run(arguments, config);
