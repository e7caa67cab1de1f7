using System.CommandLine;
using System.Globalization;
using Microservices.Cli.Output;

namespace Microservices.Cli.Load;

/// <summary>Options that take a number within limits.</summary>
internal static class LoadNumbers
{
    public static Option<int> Count(string name, string description, int byDefault, int least, int most)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => byDefault, HelpName = "n" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var value && (value < least || value > most))
            {
                result.AddError($"{name} is {value}; it takes {Units.Count(least)} to {Units.Count(most)}.");
            }
        });
        return option;
    }

    /// <summary>More than 0, also with a fraction; null when it is not given.</summary>
    public static Option<double?> Rate(string name, string description, double most) => new(name)
    {
        Description = description,
        HelpName = "n",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value > 0 && value <= most)
            {
                return value;
            }

            result.AddError($"{name} is '{text}'; it takes more than 0, up to {Units.Count((long)most)}.");
            return null;
        },
    };
}
