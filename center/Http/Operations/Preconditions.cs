using System.Globalization;
using Microservices.Center.Api;
using Microservices.Contracts.Center;

namespace Microservices.Center.Http.Operations;

/// <summary>Revisions as ETags: <c>"7"</c> is revision 7.</summary>
internal static class Preconditions
{
    public static string TagOf(AppDescription app) => $"\"{app.Revision.ToString(CultureInfo.InvariantCulture)}\"";

    /// <summary><c>If-Match: "7"</c>: only revision 7 is replaced. <c>If-None-Match: *</c>: only what isn't there is made.</summary>
    public static void Read(IHeaderDictionary headers, PutAppRequest request)
    {
        var (match, noneMatch) = (headers.IfMatch, headers.IfNoneMatch);
        if (match.Count + noneMatch.Count > 1)
        {
            throw Arguments.Invalid($"If-Match: it is given once, or If-None-Match is.");
        }

        if (noneMatch.Count == 1)
        {
            request.IfRevision = noneMatch[0] == "*" ? 0ul : throw Arguments.Invalid($"If-None-Match: it takes *, which makes the app only if there is none.");
        }

        if (match.Count == 1)
        {
            request.IfRevision = match[0] is ['"', .. var tag, '"']
                && ulong.TryParse(tag, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
                && revision > 0
                ? revision
                : throw Arguments.Invalid($"If-Match: it takes one ETag as an answer about the app has it, such as \"7\".");
        }
    }

    public static bool AreGiven(IHeaderDictionary headers) => headers.IfMatch.Count + headers.IfNoneMatch.Count > 0;
}
