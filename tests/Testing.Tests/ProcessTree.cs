using System.Globalization;

namespace Microservices.Testing.Tests;

/// <param name="Id">Its process id.</param>
/// <param name="Name">The name of its program.</param>
/// <param name="Started">When it was started, in the kernel's ticks: ids are used again.</param>
internal sealed record SeenProcess(int Id, string Name, string Started)
{
    /// <summary>False once it has ended; one that only waits to be reaped has.</summary>
    public bool IsRunning => ProcessTree.TryRead(Id) is { } now && now.Process.Started == Started && now.State != "Z";
}

internal static class ProcessTree
{
    /// <summary>A process and all that descend from it.</summary>
    public static IEnumerable<SeenProcess> Of(int id) =>
        TryRead(id) is { } self ? [self.Process, .. ChildrenOf(id).SelectMany(child => Of(child.Id))] : [];

    public static IEnumerable<SeenProcess> ChildrenOf(int id) =>
        Directory.GetDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var other) ? TryRead(other) : null)
            .Where(read => read?.Parent == id)
            .Select(read => read!.Value.Process);

    internal static (SeenProcess Process, string State, int Parent)? TryRead(int id)
    {
        try
        {
            // id (name) state parent … ; the 20th after the name is the start time
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var (open, close) = (stat.IndexOf('('), stat.LastIndexOf(')'));
            var fields = stat[(close + 2)..].Split(' ');
            return (new SeenProcess(id, stat[(open + 1)..close], fields[19]), fields[0], int.Parse(fields[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
