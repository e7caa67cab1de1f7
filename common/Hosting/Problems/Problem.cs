using System.Text.Json;

namespace Microservices.Hosting.Problems;

/// <summary>An error of an HTTP answer, as RFC 9457 writes it.</summary>
public sealed record Problem(ProblemCode Code, string Detail)
{
    public const string ContentType = "application/problem+json";

    /// <summary>Where it stands in the request, where that is known.</summary>
    public string? Field { get; init; }

    /// <summary>What stands there, cut by whoever gives it.</summary>
    public string? Value { get; init; }

    /// <summary>When it pays to try again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The HTTP status where it isn't the code's.</summary>
    public int? OtherStatus { get; init; }

    /// <summary>For those whose clients know <c>code</c> as the name: they get it there too. Others get the number.</summary>
    public bool CodeIsName { get; init; }

    public int Status => OtherStatus ?? Code.HttpStatus;

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", Code.Type);
        json.WriteString("title", Code.Title);
        json.WriteNumber("status", Status);
        json.WriteString("detail", Detail);
        if (CodeIsName)
        {
            json.WriteString("code", Code.Name);
        }
        else
        {
            json.WriteNumber("code", Code.Number);
        }

        json.WriteString("reason", Code.Name);
        if (Field is not null)
        {
            json.WriteString("field", Field);
        }

        if (Value is not null)
        {
            json.WriteString("value", Value);
        }

        json.WriteEndObject();
    }
}
