// The name alone would mean the namespace of the service, which Standalone brings along.
global using CenterClient = Microservices.Contracts.Center.Center.CenterClient;
global using Microservices.Clusters;
global using Microservices.Clusters.Crowds;
global using Microservices.Clusters.Presence;
global using Microservices.Fault.Tests.Support;
global using Microservices.Testing;
