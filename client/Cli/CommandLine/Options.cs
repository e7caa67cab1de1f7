using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Microservices.Cli.CommandLine;

/// <summary>Options that several commands have, and how their values are read.</summary>
internal static class Options
{
    public static Option<string> App() => new("--app")
    {
        Description = "The app.",
        DefaultValueFactory = static _ => "default",
        HelpName = "name",
    };

    /// <summary>An option that takes <c>a,b,c</c>, also several times. Empty when it is not given.</summary>
    public static Option<string[]> List(string name, string description, bool required = false)
    {
        var option = new Option<string[]>(name) { Description = description, Required = required, HelpName = "a,b", CustomParser = Split };
        if (!required)
        {
            option.DefaultValueFactory = static _ => [];
        }

        return option;
    }

    /// <summary>An option that takes <c>500ms</c>, <c>30s</c>, <c>5m</c> or <c>2h</c>; a number alone is seconds.</summary>
    public static Option<TimeSpan?> Span(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "30s",
        CustomParser = static result =>
        {
            if (TryParseSpan(result.Tokens[0].Value, out var span))
            {
                return span;
            }

            result.AddError($"'{result.Tokens[0].Value}' is not a time such as 500ms, 30s, 5m or 2h, more than zero and at most 7 days.");
            return null;
        },
    };

    public static bool TryParseSpan(string text, out TimeSpan span)
    {
        var digits = text.AsSpan().TrimEnd("mshMSH");
        var unit = text[digits.Length..].ToLowerInvariant();
        var milliseconds = unit switch { "ms" => 1, "" or "s" => 1_000, "m" => 60_000, "h" => 3_600_000, _ => 0 };
        var isNumber = double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);
        var total = number * milliseconds;
        span = isNumber && total <= TimeSpan.FromDays(7).TotalMilliseconds ? TimeSpan.FromMilliseconds(total) : TimeSpan.Zero;
        return span > TimeSpan.Zero;
    }

    /// <summary>Reads <c>a,b c</c> as three values; repeats are dropped.</summary>
    public static string[] Split(ArgumentResult result)
    {
        var values = result.Tokens
            .SelectMany(static token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        if (values.Length == 0)
        {
            result.AddError($"{(result.Parent as OptionResult)?.Option.Name ?? result.Argument.Name} is given without a value.");
        }

        return values;
    }

    /// <summary>The http or https address that an option holds.</summary>
    /// <exception cref="CliException">It is none.</exception>
    public static Uri Url(string option, string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new CliException($"{option} '{value}' is not an address such as http://127.0.0.1:8300");
}
