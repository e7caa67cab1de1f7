namespace Microservices.Hosting.Problems;

/// <summary>A row of proto/codes.csv, as far as HTTP answers tell it.</summary>
/// <param name="Title">What it means, one sentence.</param>
public sealed record ProblemCode(int Number, string Name, int HttpStatus, string Title)
{
    /// <summary>Names the kind of problem; nothing is found there.</summary>
    public string Type => $"urn:microservices:problem:{Name}";
}
