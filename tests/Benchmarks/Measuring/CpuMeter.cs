using System.Diagnostics;

namespace Microservices.Benchmarks.Measuring;

/// <summary>CPU time of a server, of what it needs beside it, and of this process with the clients, from a moment on.</summary>
internal sealed class CpuMeter
{
    private readonly int _server;
    private readonly IReadOnlyList<int> _others;
    private readonly double _serverBefore;
    private readonly double _othersBefore;
    private readonly double _ownBefore;

    public CpuMeter(int server, IReadOnlyList<int> others)
    {
        (_server, _others) = (server, others);
        (_serverBefore, _othersBefore, _ownBefore) = (ProcessFigures.CpuSeconds(server), Sum(others), Own());
    }

    /// <summary>Seconds since then.</summary>
    public (double Server, double Others, double Clients) Read() =>
        (ProcessFigures.CpuSeconds(_server) - _serverBefore, Sum(_others) - _othersBefore, Own() - _ownBefore);

    private static double Sum(IReadOnlyList<int> processes) => processes.Sum(ProcessFigures.CpuSeconds);

    private static double Own()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalSeconds;
    }
}
