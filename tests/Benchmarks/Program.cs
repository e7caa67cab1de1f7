using Microservices.Benchmarks;
using Microservices.Benchmarks.IdleMemory;

var (name, sessions) = (args.ElementAtOrDefault(0), args.ElementAtOrDefault(1));
if (name != "idle-memory" || (sessions is not null && !int.TryParse(sessions, out _)))
{
    await Console.Error.WriteLineAsync("Usage: dotnet run -c Release --project tests/Benchmarks -- idle-memory [SESSIONS, default 10000]");
    return 1;
}

await IdleMemoryRun.RunAsync(sessions is null ? IdleMemoryRun.DefaultSessions : int.Parse(sessions, System.Globalization.CultureInfo.InvariantCulture));
return 0;
