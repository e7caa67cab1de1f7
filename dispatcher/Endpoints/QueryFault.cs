namespace Microservices.Dispatcher.Endpoints;

/// <summary>What is wrong with a request: the field, what it takes, and the value as given (cut).</summary>
internal sealed record QueryFault(string Field, string Detail, string Value)
{
    private const int MaxValueLength = 64;

    public static QueryFault Of(string field, string detail, ReadOnlySpan<char> value) =>
        new(field, detail, value.Length <= MaxValueLength ? value.ToString() : $"{value[..MaxValueLength]}…");
}
