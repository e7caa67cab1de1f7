using Microservices.Register;
using Microservices.Hosting;

return await ServiceProgram.RunAsync(args, static args => RegisterApp.Create(args));
