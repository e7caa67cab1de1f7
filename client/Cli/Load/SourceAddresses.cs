using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;

namespace Microservices.Cli.Load;

/// <summary>Local addresses to connect from: one address has about 28,000 ports for one gateway address.</summary>
internal static class SourceAddresses
{
    private const int PortsPerAddress = 28_000;

    /// <summary>Reads <c>127.0.0.2</c> and ranges such as <c>127.0.0.2-9</c>.</summary>
    /// <exception cref="CliException">An entry is neither.</exception>
    public static IReadOnlyList<IPAddress> Parse(IEnumerable<string> entries)
    {
        var addresses = new List<IPAddress>();
        foreach (var entry in entries)
        {
            var dash = entry.IndexOf('-', StringComparison.Ordinal);
            if (!IPAddress.TryParse(dash < 0 ? entry : entry[..dash], out var first) || first.AddressFamily != AddressFamily.InterNetwork)
            {
                throw Fault(entry);
            }

            var bytes = first.GetAddressBytes();
            var last = bytes[3];
            if (dash >= 0 && (!byte.TryParse(entry.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out last) || last < bytes[3]))
            {
                throw Fault(entry);
            }

            for (int number = bytes[3]; number <= last; number++)
            {
                addresses.Add(new IPAddress([bytes[0], bytes[1], bytes[2], (byte)number]));
            }
        }

        return addresses;
    }

    /// <exception cref="CliException">There are more connections than ports.</exception>
    public static void CheckPorts(int connections, int sources, int targets)
    {
        var most = (long)PortsPerAddress * Math.Max(1, sources) * targets;
        if (connections > most)
        {
            throw new CliException(
                $"{Units.Count(connections)} connections need more than the {Units.Count(most)} local ports of {Math.Max(1, sources)} address(es) to {targets} gateway address(es); " +
                "name further ones with --source-addresses, such as 127.0.0.2-9");
        }
    }

    private static CliException Fault(string entry) => new($"--source-addresses '{entry}' is neither an IPv4 address nor a range such as 127.0.0.2-9");
}
