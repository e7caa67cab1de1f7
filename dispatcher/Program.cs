using Microservices.Dispatcher;
using Microservices.Hosting;

return await ServiceProgram.RunAsync(args, static args => DispatcherApp.Create(args));
