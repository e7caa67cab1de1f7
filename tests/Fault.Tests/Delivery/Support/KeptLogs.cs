using System.Globalization;

namespace Microservices.Fault.Tests.Delivery.Support;

/// <summary>What the services of a failed test wrote, in files that outlive it.</summary>
internal static class KeptLogs
{
    private static readonly string Folder = Path.Combine(Path.GetTempPath(), "microservices-faults");

    /// <returns>Their folder.</returns>
    public static string Write(string test, Cluster cluster)
    {
        var folder = Path.Combine(Folder, $"{DateTime.UtcNow.ToString("HHmmss", CultureInfo.InvariantCulture)}-{test}");
        Directory.CreateDirectory(folder);
        foreach (var service in cluster.Services)
        {
            File.WriteAllText(Path.Combine(folder, $"{service.Name}.log"), service.Output);
        }

        File.WriteAllText(Path.Combine(folder, "redis.log"), cluster.Redis.Output);
        File.WriteAllText(Path.Combine(folder, "rabbitmq.log"), cluster.Rabbit.Output);
        return folder;
    }
}
