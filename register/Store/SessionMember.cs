using System.Text;

namespace Microservices.Register.Store;

/// <summary>
/// The name of a session in indexes: <c>app:user:field</c>, each escaped so that a colon only ever separates. The field, under which it stands
/// in its user's record, is <c>s</c> for the one session of a user and <c>d=device</c> for the session of a device.
/// </summary>
internal static class SessionMember
{
    public const string SingleField = "s";
    private const string DevicePrefix = "d=";

    /// <summary>The field of a session in its user's record.</summary>
    public static string FieldOf(bool perDevice, string device) => perDevice ? DevicePrefix + Escape(device) : SingleField;

    /// <summary>The reader that a field stands for: the device, or empty.</summary>
    public static string ReaderOf(string field) => field.StartsWith(DevicePrefix, StringComparison.Ordinal) ? Unescape(field[DevicePrefix.Length..]) : "";

    /// <summary>A user in keys and in the front of members: <c>app:user</c>.</summary>
    public static string OfUser(string app, string user) => $"{Escape(app)}:{Escape(user)}";

    public static string Of(string app, string user, string field) => $"{OfUser(app, user)}:{field}";

    /// <summary>The members of an app are those from here up to, not including, <see cref="AfterApp"/>.</summary>
    public static string FirstOfApp(string app) => $"{Escape(app)}:";

    // The character after the colon.
    public static string AfterApp(string app) => $"{Escape(app)};";

    /// <summary>Null: it isn't a member.</summary>
    public static (string App, string User, string Field)? Parse(string member) =>
        member.Split(':') is [var app, var user, var field] ? (Unescape(app), Unescape(user), field) : null;

    /// <summary>A user of <see cref="OfUser"/>; null: it isn't one.</summary>
    public static (string App, string User)? ParseUser(string member) =>
        member.Split(':') is [var app, var user] ? (Unescape(app), Unescape(user)) : null;

    /// <summary>Escapes what separates parts of keys and what marks hash tags.</summary>
    public static string Escape(string text) => text.AsSpan().ContainsAny("%:{}")
        ? text.Replace("%", "%25", StringComparison.Ordinal)
            .Replace(":", "%3A", StringComparison.Ordinal)
            .Replace("{", "%7B", StringComparison.Ordinal)
            .Replace("}", "%7D", StringComparison.Ordinal)
        : text;

    public static string Unescape(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var plain = new StringBuilder(text);
        return plain.Replace("%3A", ":").Replace("%7B", "{").Replace("%7D", "}").Replace("%25", "%").ToString();
    }
}
