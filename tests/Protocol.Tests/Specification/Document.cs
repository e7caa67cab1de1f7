namespace Microservices.Protocol.Tests.Specification;

/// <summary>The files of proto/ that the tests compare the code with.</summary>
internal static class Document
{
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Specification", name);
}
