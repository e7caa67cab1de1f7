using System.Globalization;
using Microservices.Benchmarks;
using Microservices.Benchmarks.Clients;
using Microservices.Benchmarks.Collector;
using Microservices.Benchmarks.Delivery;
using Microservices.Benchmarks.Sessions;

if (args.FirstOrDefault() is "quick" or "full")
{
    return await WholeRun.RunAsync(args);
}

if (args.FirstOrDefault() == ClientProcess.Command)
{
    return await ClientProcess.RunAsync(args);
}

// Each with its default of sessions.
Dictionary<string, (int Sessions, Func<int, Task> Run)> benchmarks = new()
{
    ["logins"] = (10_000, LoginRun.RunAsync),
    ["idle-calls"] = (10_000, IdleCallsRun.RunAsync),
    ["kill-presence"] = (5_000, KillPresenceRun.RunAsync),
    ["catch-up"] = (10_000, CatchUpRun.RunAsync),
    ["collector"] = (10_000, CollectorRun.RunAsync),
};

var sessions = 0;
if (!benchmarks.TryGetValue(args.ElementAtOrDefault(0) ?? "", out var benchmark)
    || (args.Length > 1 && (!int.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out sessions) || sessions == 0)))
{
    await Console.Error.WriteLineAsync($"""
        Usage: tests/Benchmarks/run quick|full [{string.Join('|', WholeRun.Topics)}]...
           or: dotnet run -c Release --project tests/Benchmarks -- NAME [SESSIONS]
        {string.Join('\n', benchmarks.Select(static one => $"  {one.Key}, default {one.Value.Sessions} sessions"))}
        """);
    return 1;
}

await benchmark.Run(sessions == 0 ? benchmark.Sessions : sessions);
return 0;
