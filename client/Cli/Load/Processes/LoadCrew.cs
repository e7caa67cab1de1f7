using System.CommandLine;

namespace Microservices.Cli.Load.Processes;

/// <summary>The processes of a run. Those that still run when it is disposed of are killed.</summary>
internal sealed class LoadCrew : IDisposable
{
    private readonly List<LoadProcess> _processes = [];

    public IReadOnlyList<LoadProcess> Processes => _processes;

    /// <param name="shares">One for each.</param>
    /// <param name="parsed">What the run was given.</param>
    /// <param name="settings">Of the run.</param>
    /// <param name="firstUser">The number of the run's first user.</param>
    /// <param name="key">The center's API key; null when they need none.</param>
    /// <param name="maxSilence">See <see cref="LoadProcess.Start"/>.</param>
    public static LoadCrew Start(IReadOnlyList<LoadShare> shares, ParseResult parsed, LoadSettings settings, int firstUser, string? key, TimeSpan maxSilence)
    {
        var crew = new LoadCrew();
        try
        {
            foreach (var share in shares)
            {
                crew._processes.Add(LoadProcess.Start(share, share.Arguments(parsed, settings, firstUser, shares.Count), key, maxSilence));
            }

            return crew;
        }
        catch
        {
            crew.Dispose();
            throw;
        }
    }

    public void Dispose() => _processes.ForEach(static process => process.Dispose());
}
