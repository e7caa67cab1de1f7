using System.Globalization;

namespace Microservices.Benchmarks.Results;

/// <summary>The measurements of one run, written as they come: what a run that was ended early found is not lost.</summary>
internal sealed class ResultsFile
{
    private readonly List<Measurement> _measurements = [];

    public ResultsFile(string folder)
    {
        Directory.CreateDirectory(folder);
        Location = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-ddTHHmmss}.jsonl"));
    }

    public string Location { get; }

    public IReadOnlyList<Measurement> Measurements => _measurements;

    public static Measurement[] Read(string path) => [.. File.ReadLines(path).Where(static line => line.Length > 0).Select(Measurement.Parse)];

    public void Add(Measurement measurement)
    {
        _measurements.Add(measurement);
        File.AppendAllText(Location, measurement.ToJson() + "\n");
    }
}
