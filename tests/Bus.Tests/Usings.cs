global using Microservices.Bus.Tests.Support;
global using Microservices.Contracts.Bus;
global using Microservices.Testing;
