using Microservices.Testing;

namespace Microservices.Center.Tests.Support;

/// <summary>A center as a process of its own, on RabbitMQ.</summary>
internal static class CenterProcess
{
    public static Task<ServiceProcess> StartAsync(string bus, string register, string keyFile, int grpcPort, int adminPort) => ServiceProcess.StartAsync(
        Repository.Dll("center", "Center"),
        [],
        new Dictionary<string, string?>
        {
            ["Grpc__Port"] = $"{grpcPort}",
            ["Http__Port"] = "0",
            ["Admin__Port"] = $"{adminPort}",
            ["ServiceAuth__Secret"] = RunningRegister.Secret,
            ["Register__Addresses__0"] = register,
            ["ApiKeys__File"] = keyFile,
            ["Bus__Uri"] = bus,
        });
}
