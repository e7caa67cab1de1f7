using Microservices.Cli.CommandLine;

return await CliApp.RunAsync(args, Terminal.OfProcess());
