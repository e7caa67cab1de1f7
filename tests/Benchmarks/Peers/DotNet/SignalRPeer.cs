using Microsoft.AspNetCore.SignalR;

namespace Microservices.Benchmarks.Peers;

/// <summary>A hub without methods, to which the server pushes: <c>POST /broadcast?times=10</c> sends the body to all, so many times in a row.</summary>
internal static class SignalRPeer
{
    public static WebApplication Build(WebApplicationBuilder builder, int port)
    {
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));

        // Clients of a benchmark are as silent as the measurement asks; by default they would be cut after 30 seconds.
        builder.Services.AddSignalR(static hub => hub.ClientTimeoutInterval = TimeSpan.FromMinutes(10));
        var app = builder.Build();
        app.MapHub<PushHub>("/hub");
        app.MapPost("/broadcast", async (HttpRequest request, int times, IHubContext<PushHub> hub) =>
        {
            using var reader = new StreamReader(request.Body);
            var payload = await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
            for (var i = 0; i < times; i++)
            {
                await hub.Clients.All.SendAsync("push", payload, request.HttpContext.RequestAborted);
            }
        });
        return app;
    }
}

/// <summary>What clients connect to.</summary>
internal sealed class PushHub : Hub;
