namespace Microservices.Protocol;

/// <summary>One row of proto/codes.csv.</summary>
/// <param name="Code">The number.</param>
/// <param name="Name">The name as it travels in <c>reason</c>.</param>
/// <param name="Kind">Whether the connection ends with it.</param>
public sealed record CodeRow(Code Code, string Name, CodeKind Kind)
{
    /// <summary>What a client does.</summary>
    public ClientAction Action => CodeTable.ActionOf(Code);
}
