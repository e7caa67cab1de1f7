using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Microservices.Center.Console.Sending;

/// <summary>What somebody has filled in so far.</summary>
internal sealed record SendForm
{
    private const int KeyBytes = 16;

    /// <summary>Base64url of <see cref="KeyBytes"/>.</summary>
    private const int KeyLength = 22;

    public string App { get; init; } = "";

    public Audience To { get; init; } = Audience.One;

    /// <summary>Ticked in the list.</summary>
    public IReadOnlyList<string> Ticked { get; init; } = [];

    /// <summary>Typed, one a line.</summary>
    public string Names { get; init; } = "";

    public string Text { get; init; } = "";

    /// <summary>Until it is received; otherwise to who is online now.</summary>
    public bool IsKept { get; init; }

    public string Search { get; init; } = "";

    /// <summary>Of the page of the list.</summary>
    public string Cursor { get; init; } = "";

    /// <summary>Names this form: what comes twice under it is sent once.</summary>
    public string Key { get; init; } = NewKey();

    /// <summary>Ticked and typed, each once.</summary>
    public IReadOnlyList<string> Recipients => To == Audience.Everybody ? [] :
    [
        .. Ticked
            .Concat(Names.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Distinct(StringComparer.Ordinal),
    ];

    public bool LacksText => string.IsNullOrWhiteSpace(Text);

    public bool LacksRecipient => To != Audience.Everybody && Recipients.Count == 0;

    /// <summary>For one, but several are chosen.</summary>
    public bool HasTooMany => To == Audience.One && Recipients.Count > 1;

    public bool IsComplete => App.Length > 0 && !LacksText && !LacksRecipient && !HasTooMany;

    /// <summary>Under the same key: the same for the same message, another one for another.</summary>
    public string Digest
    {
        get
        {
            // A length before each part, so that no two messages are written alike.
            var text = new StringBuilder().Append(App.Length).Append(App).Append((int)To).Append(IsKept).Append(Text.Length).Append(Text);
            foreach (var user in Recipients)
            {
                text.Append(user.Length).Append(user);
            }

            return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, KeyBytes));
        }
    }

    /// <summary>An empty one for the next message, of the same kind.</summary>
    public SendForm Cleared() => new() { App = App, To = To, IsKept = IsKept };

    public static SendForm Read(IFormCollection form)
    {
        // A button of the list goes before the page that is shown.
        var cursor = form.ContainsKey("go") ? form["go"] : form["cursor"];
        var key = form["form"].ToString();
        return new SendForm
        {
            App = form["app"].ToString(),
            To = form["to"].ToString() switch
            {
                "everybody" => Audience.Everybody,
                "several" => Audience.Several,
                _ => Audience.One,
            },
            Ticked = [.. form["user"].OfType<string>().Where(static user => user.Length > 0).Distinct(StringComparer.Ordinal)],
            Names = Lines(form["names"]),
            Text = Lines(form["text"]),
            IsKept = form["keep"] == "yes",
            Search = form["search"].ToString().Trim(),
            Cursor = cursor.ToString(),
            Key = key.Length == KeyLength && Base64Url.IsValid(key) ? key : NewKey(),
        };
    }

    private static string NewKey() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));

    // Browsers end lines of a form with CR LF.
    private static string Lines(string? text) => (text ?? "").Replace("\r\n", "\n", StringComparison.Ordinal);
}
