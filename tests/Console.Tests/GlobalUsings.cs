global using Microservices.Console.Tests.Support;
global using Microsoft.Playwright;

// One browser, one Standalone; pages are waited for, so that side by side they would only be slower.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
