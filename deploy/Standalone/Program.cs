using Microservices.Standalone;

try
{
    return await StandaloneRun.RunAsync(Arguments.Parse(args));
}
catch (StandaloneFault fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return fault.ExitCode;
}
