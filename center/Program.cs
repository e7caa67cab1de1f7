using Microservices.Center;
using Microservices.Hosting;

return await ServiceProgram.RunAsync(args, static args => CenterApp.Create(args));
