using System.Globalization;
using Google.Protobuf.Reflection;
using Microservices.Cli.CommandLine;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Apps;

/// <summary>Sets fields of an app by the names they have in the contract.</summary>
internal static class AppFields
{
    private static readonly string[] Fixed = ["name", "revision"];

    /// <param name="assignment"><c>field=value</c></param>
    /// <exception cref="CliException">There is no such field, or it does not take the value.</exception>
    public static void Set(AppDescription app, string assignment)
    {
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? assignment : assignment[..equals];
        if (equals < 0 || Settable().FirstOrDefault(one => one.Name == name) is not { } field)
        {
            throw new CliException($"--set '{assignment}' is not field=value with one of {string.Join(", ", Settable().Select(static one => one.Name))}");
        }

        field.Accessor.SetValue(app, Parse(field, assignment[(equals + 1)..]));
    }

    private static IEnumerable<FieldDescriptor> Settable() =>
        AppDescription.Descriptor.Fields.InDeclarationOrder().Where(static field => !field.IsRepeated && !Fixed.Contains(field.Name));

    private static object Parse(FieldDescriptor field, string value) => field.FieldType switch
    {
        FieldType.Bool when bool.TryParse(value, out var flag) => flag,
        FieldType.Bool => throw new CliException($"{field.Name} takes true or false, not '{value}'"),
        FieldType.UInt32 when uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        FieldType.UInt32 => throw new CliException($"{field.Name} takes a whole number of 0 to {uint.MaxValue}, not '{value}'"),
        FieldType.String => value,
        _ => throw new CliException($"{field.Name} cannot be set by this version of the command line"),
    };
}
