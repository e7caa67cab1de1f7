namespace Microservices.Standalone;

/// <summary>What a newcomer reads first.</summary>
internal static class Welcome
{
    public static string Text(Arguments arguments, Ports ports, DataFolder data, IReadOnlyDictionary<string, string> users)
    {
        var names = users.Keys.ToArray();
        var (first, second) = (names.ElementAtOrDefault(0) ?? "alice", names.ElementAtOrDefault(1) ?? "bob");
        var (chat, push) = (ChatOptions(arguments, ports), PushOptions(arguments, ports));
        return $"""

            Everything is up, in one process. Sessions: {(arguments.Redis is null ? "in memory" : "Redis")}. Kept messages: {(arguments.Redis is null ? data.MessagesFile : "Redis")}. Bus: {(arguments.RabbitMq is null ? "inside the process" : "RabbitMQ")}.

              gateway      {ports.Gateway}  clients connect here (TCP{(arguments.Certificate is null ? "" : $"; TLS on {ports.GatewayTls}")})
              websocket    {ports.WebSocket}  ws://127.0.0.1:{ports.WebSocket}/ws, for browsers
              dispatcher   {ports.Dispatcher}  http://127.0.0.1:{ports.Dispatcher}/v1/endpoints?app={DemoUsers.App}&user={first}
              center       {ports.Center}  gRPC for internal apps
                           {ports.CenterHttp}  the same as HTTP/JSON: http://127.0.0.1:{ports.CenterHttp}/v1/openapi.json
              register     {ports.Register}  gRPC between the services
              admin        {ports.GatewayAdmin} {ports.DispatcherAdmin} {ports.CenterAdmin} {ports.RegisterAdmin}  /readyz and /metrics of gateway, dispatcher, center, register

              demo users   {string.Join(", ", names)}; their tokens: {data.DemoUsersFile}
              API key      {data.KeyFile}

            Try next, each in a terminal of its own:

              dotnet run --project client/Cli -- chat --user {first}{chat}
              dotnet run --project client/Cli -- chat --user {second}{chat}
              dotnet run --project client/Cli -- push --to {first} --text "Hello from the center"

            Or send from a page: http://127.0.0.1:{ports.CenterHttp}/  and log in with the API key: cat {data.KeyFile}

            Ctrl-C stops.
            """;
    }

    // The command line knows the defaults; what differs from them has to be said.
    private static string ChatOptions(Arguments arguments, Ports ports) =>
        (arguments.Data == Arguments.DefaultData ? "" : $" --data {arguments.Data}")
        + (arguments.PortOffset == 0 ? "" : $" --dispatcher http://127.0.0.1:{ports.Dispatcher}");

    private static string PushOptions(Arguments arguments, Ports ports) =>
        (arguments.Data == Arguments.DefaultData ? "" : $" --key-file {Path.Combine(arguments.Data, DataFolder.KeyFileName)}")
        + (arguments.PortOffset == 0 ? "" : $" --center http://127.0.0.1:{ports.Center}");
}
