using Microservices.Contracts.Register;

namespace Microservices.Center.Kept;

/// <summary>What register says of a message, for callers: a sentence, in the field names of the API.</summary>
internal static class AppendSentences
{
    public static string Sentence(this AppendResult result)
    {
        var text = result.Message.Replace("keep.max_", "inbox_max_", StringComparison.Ordinal);
        return text.Length == 0 ? "" : $"{char.ToUpperInvariant(text[0])}{text.AsSpan(1)}{(text.EndsWith('.') ? "" : ".")}";
    }
}
