using Grpc.Core;

namespace Microservices.Center.ApiKeys;

/// <summary>The key of a gRPC call, between the interceptor that found it and the method that needs it.</summary>
internal static class ApiKeySlot
{
    private static readonly object Slot = new();

    public static void SetKey(this ServerCallContext context, ApiKey key) => context.UserState[Slot] = key;

    public static ApiKey Key(this ServerCallContext context) =>
        context.UserState.TryGetValue(Slot, out var slot) && slot is ApiKey key
            ? key
            : throw new InvalidOperationException($"{context.Method} was not authenticated.");
}
