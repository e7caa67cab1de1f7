// The name alone would mean the namespace of the service, which Standalone brings along.
global using CenterClient = Microservices.Contracts.Center.Center.CenterClient;
