using System.Reflection;
using System.Reflection.Metadata.Ecma335;

namespace Microservices.StandIns.Tests.References;

/// <summary>Every reference of the real packages finds its target in what is loaded: what is missing would fail at the first call only.</summary>
public sealed class ReferenceTests
{
    // More than any of the packages' generic types and methods take.
    private static readonly Type[] GenericArguments = [.. Enumerable.Repeat(typeof(object), 8)];

    public static TheoryData<string> RealPackages => ["Grpc.Net.Client", "Grpc.AspNetCore.Server", "StackExchange.Redis"];

    [Theory]
    [MemberData(nameof(RealPackages))]
    public void Types_OfRealPackage_AllLoad(string package)
    {
        var types = Assembly.Load(package).GetTypes();

        Assert.NotEmpty(types);
    }

    [Theory]
    [MemberData(nameof(RealPackages))]
    public void References_OfRealPackageToStandIns_AllResolve(string package)
    {
        var assembly = Assembly.Load(package);
        using var references = new StandInReferences(assembly.Location);
        var wanted = references.All();
        var missing = new List<string>();

        foreach (var reference in wanted)
        {
            try
            {
                assembly.ManifestModule.ResolveMember(MetadataTokens.GetToken(reference), GenericArguments, GenericArguments);
            }
            catch (Exception fault) when (fault is MissingMemberException or TypeLoadException or IOException)
            {
                missing.Add(fault.Message);
            }
        }

        Assert.Empty(missing);
        Assert.True(wanted.Count > 20, $"Only {wanted.Count} references of {package} point into a stand-in; the search for them must be wrong.");
    }

    // StackExchange.Redis names a key for Pipelines.Sockets.Unofficial too; the runtime does not ask for it, and we don't have it.
    [Theory]
    [InlineData("Grpc.Net.Client", "Grpc.Core.Api")]
    [InlineData("Grpc.AspNetCore.Server", "Grpc.Core.Api")]
    [InlineData("Grpc.Net.Client", "Grpc.Net.Common")]
    [InlineData("StackExchange.Redis", "System.IO.Hashing")]
    public void Reference_ToStandIn_HasItsIdentity(string package, string standIn)
    {
        var wanted = Assembly.Load(package).GetReferencedAssemblies().Single(name => name.Name == standIn);

        var loaded = Assembly.Load(wanted).GetName();

        Assert.Equal(wanted.GetPublicKeyToken(), loaded.GetPublicKeyToken());
        Assert.True(loaded.Version >= wanted.Version, $"{package} wants {wanted.FullName}, loaded is {loaded.FullName}.");
    }
}
