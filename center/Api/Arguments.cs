using System.Globalization;
using Microservices.Center.Refusals;
using Microservices.Contracts;

namespace Microservices.Center.Api;

/// <summary>Checks of fields that several calls have. Each throws a refusal that names field, value and limit.</summary>
internal static class Arguments
{
    /// <summary>Most users of one call.</summary>
    public const int MaxUsers = 1_000;

    public static RefusedException Invalid(FormattableString message) => Refuse(RefusalCode.InvalidArgument, message);

    public static RefusedException Refuse(RefusalCode code, FormattableString message) =>
        new(code, message.ToString(CultureInfo.InvariantCulture));

    public static void CheckUser(string user)
    {
        if (Identifiers.FaultOfName("user", user) is { } fault)
        {
            throw Invalid($"user: {fault}.");
        }
    }

    /// <summary>1 to <paramref name="most"/> well-formed users without repeats.</summary>
    public static void CheckUsers(IReadOnlyList<string> users, int most = MaxUsers)
    {
        if (users.Count == 0)
        {
            throw Invalid($"users: there are none; a call takes 1 to {most:N0}.");
        }

        if (users.Count > most)
        {
            throw Refuse(RefusalCode.TooManyRecipients, $"users: there are {users.Count:N0}; a call takes 1 to {most:N0}.");
        }

        var seen = users.Count > 1 ? new HashSet<string>(users.Count, StringComparer.Ordinal) : null;
        for (var i = 0; i < users.Count; i++)
        {
            if (Identifiers.FaultOfName("user", users[i]) is { } fault)
            {
                throw Invalid($"users[{i}]: {fault}.");
            }

            if (seen?.Add(users[i]) == false)
            {
                throw Invalid($"users[{i}]: '{users[i]}' is there twice; users must not repeat.");
            }
        }
    }
}
