using Microservices.Gateway;

await GatewayApp.Create(args).RunAsync();
