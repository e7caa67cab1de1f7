using Microservices.Register;

await RegisterApp.Create(args).RunAsync();
