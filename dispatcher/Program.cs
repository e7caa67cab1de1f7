using Microservices.Dispatcher;

await DispatcherApp.Create(args).RunAsync();
