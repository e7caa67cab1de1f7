using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Microservices.StandIns.Tests.References;

/// <summary>What an assembly refers to in the stand-ins, read from its metadata.</summary>
internal sealed class StandInReferences(string path) : IDisposable
{
    public static readonly string[] StandIns = ["Grpc.Core.Api", "Grpc.Net.Common", "Pipelines.Sockets.Unofficial", "System.IO.Hashing"];

    private const byte GenericInstance = 0x15;
    private readonly PEReader _file = new(File.OpenRead(path));

    /// <summary>Types, and members of types, that live in a stand-in.</summary>
    public IReadOnlyList<EntityHandle> All()
    {
        var metadata = _file.GetMetadataReader();
        return
        [
            .. metadata.TypeReferences.Where(type => IsInStandIn(metadata, type)).Select(static type => (EntityHandle)type),
            .. metadata.MemberReferences
                .Where(member => IsInStandIn(metadata, metadata.GetMemberReference(member).Parent))
                .Select(static member => (EntityHandle)member),
        ];
    }

    public void Dispose() => _file.Dispose();

    private static bool IsInStandIn(MetadataReader metadata, EntityHandle handle) => handle.Kind switch
    {
        HandleKind.AssemblyReference => StandIns.Contains(
            metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)handle).Name)),
        HandleKind.TypeReference => IsInStandIn(metadata, metadata.GetTypeReference((TypeReferenceHandle)handle).ResolutionScope),
        HandleKind.TypeSpecification => IsInStandIn(metadata, GenericType(metadata, (TypeSpecificationHandle)handle)),
        _ => false,
    };

    /// <summary>The open type of a closed generic one; nil for arrays and the like.</summary>
    private static EntityHandle GenericType(MetadataReader metadata, TypeSpecificationHandle handle)
    {
        var signature = metadata.GetBlobReader(metadata.GetTypeSpecification(handle).Signature);
        if (signature.ReadByte() != GenericInstance)
        {
            return default;
        }

        _ = signature.ReadByte();
        return signature.ReadTypeHandle();
    }
}
