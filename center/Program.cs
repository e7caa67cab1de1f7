using Microservices.Center;
using Microservices.Center.ApiKeys;
using Microservices.Center.Http.OpenApi;
using Microservices.Hosting;

return args is [CreateKeyCommand.Name, .. var rest]
    ? CreateKeyCommand.Run(rest, Console.Out, Console.Error)
    : args is [OpenApiCommand.Name] ? OpenApiCommand.Run(Console.Out)
    : await ServiceProgram.RunAsync(args, static args => CenterApp.Create(args));
