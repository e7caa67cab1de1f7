using Microservices.Testing;

namespace Microservices.Benchmarks.Peers;

/// <summary>Programs that the servers are, or are made with.</summary>
internal static class Programs
{
    public const string Compiler = "/usr/bin/cc";
    public const string Mosquitto = "/usr/sbin/mosquitto";

    public static string DotNetPeers => Repository.Dll("tests/Benchmarks/Peers/DotNet", "Benchmarks.Peers");

    /// <summary>Debian 12 has it in <c>sbin</c>, later ones in <c>bin</c>.</summary>
    public static string Nats { get; } = File.Exists("/usr/bin/nats-server") ? "/usr/bin/nats-server" : "/usr/sbin/nats-server";
}
