using Grpc.Core;
using Microservices.Center.Refusals;

namespace Microservices.Center.Tests.Support;

/// <summary>Expectations of refusals.</summary>
internal static class Refused
{
    public static void With(RefusalCode code, string sentence, Action action)
    {
        var refused = Assert.Throws<RefusedException>(action);
        Assert.Equal((code.Name, sentence), (refused.Code.Name, refused.Message));
    }

    /// <summary>The call is refused with the code's status, the trailer and the sentence.</summary>
    public static async Task<RpcException> WithAsync<T>(RefusalCode code, string sentence, AsyncUnaryCall<T> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal((code.Status, code.Name, sentence), (refused.StatusCode, refused.Trailers.GetValue("code"), refused.Status.Detail));
        return refused;
    }
}
