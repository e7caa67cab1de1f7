namespace Microservices.Center.ApiKeys;

/// <summary>Who may call the center. Section <c>ApiKeys</c>.</summary>
internal sealed class ApiKeyOptions
{
    public const string Section = "ApiKeys";

    /// <summary>The file of keys (<see cref="ApiKeyFile"/>). Required: without keys nobody can call, and there is no default key.</summary>
    public string? File { get; set; }

    /// <summary>How often the file is looked at for changes. Default 2 s.</summary>
    public TimeSpan ReloadEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How many wrong keys of one network address a minute are answered UNAUTHENTICATED; further ones get RESOURCE_EXHAUSTED. A right key is always served. Default 20.</summary>
    public int MaxFailuresPerMinute { get; set; } = 20;

    /// <summary>How many addresses with wrong keys are told apart; the others share one count. Default 10,000 (about 1 MB).</summary>
    public int MaxTrackedAddresses { get; set; } = 10_000;
}
