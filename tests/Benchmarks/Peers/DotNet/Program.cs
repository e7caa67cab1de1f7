using System.Globalization;
using Microservices.Benchmarks.Peers;

if (args is not ["kestrel" or "signalr", var number] || !ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
{
    await Console.Error.WriteLineAsync("Usage: Microservices.Benchmarks.Peers kestrel|signalr PORT");
    return 1;
}

var builder = WebApplication.CreateBuilder();

// As in the template's appsettings.json: without it every request would write lines.
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
await using var app = args[0] == "kestrel" ? FramePeer.Build(builder, port) : SignalRPeer.Build(builder, port);
await app.RunAsync();
return 0;
