using Microservices.Gateway;
using Microservices.Hosting;

return await ServiceProgram.RunAsync(args, static args => GatewayApp.Create(args));
