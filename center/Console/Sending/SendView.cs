namespace Microservices.Center.Console.Sending;

/// <summary>What the send page shows.</summary>
internal sealed class SendView
{
    public SendForm Form { get; set; } = new();

    /// <summary>Those that the key is for.</summary>
    public IReadOnlyList<string> Apps { get; set; } = [];

    /// <summary>False: this center has not heard yet which apps there are.</summary>
    public bool AreAppsKnown { get; set; }

    public bool MaySend { get; set; }

    public bool MaySee { get; set; }

    public PeoplePage People { get; set; } = new([]);

    public DateTimeOffset Now { get; set; }

    /// <summary>The longest text of the app.</summary>
    public long MaxBytes { get; set; }

    /// <summary>It was to be sent and is not complete: what is missing is marked.</summary>
    public bool IsChecked { get; set; }

    public SendOutcome? Outcome { get; set; }

    /// <summary>Why nothing was sent, in plain words; empty when it was.</summary>
    public string Fault { get; set; } = "";
}
