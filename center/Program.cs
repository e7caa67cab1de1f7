using Microservices.Center;

await CenterApp.Create(args).RunAsync();
