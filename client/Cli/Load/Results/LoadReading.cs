namespace Microservices.Cli.Load.Results;

/// <summary>What was counted in a stretch of a run, at most about a second; a line of JSON where a process tells it another.</summary>
/// <param name="Stage">The stage that the stretch lies in.</param>
/// <param name="At">Its end, seconds since opening began; 0 before that.</param>
/// <param name="Seconds">How long it is.</param>
/// <param name="Counts">What was counted in it.</param>
internal sealed record LoadReading(LoadStage Stage, double At, double Seconds, LoadCounts Counts);
