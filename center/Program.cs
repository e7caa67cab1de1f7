using Microservices.Center;
using Microservices.Center.ApiKeys;
using Microservices.Hosting;

return args is [CreateKeyCommand.Name, .. var rest]
    ? CreateKeyCommand.Run(rest, Console.Out, Console.Error)
    : await ServiceProgram.RunAsync(args, static args => CenterApp.Create(args));
