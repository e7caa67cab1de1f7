using Grpc.Core;
using Microservices.Center.Refusals;

namespace Microservices.Center.Tests.Refusals;

public sealed class RegisterFaultTests
{
    private const string Away = "Register, which knows sessions and apps, doesn't answer. Try again in 1000 ms.";

    [Theory]
    [InlineData(StatusCode.InvalidArgument, "invalid_argument", "cursor: it is not one", false)]
    [InlineData(StatusCode.NotFound, "not_found", "cursor: it is not one", false)]
    [InlineData(StatusCode.Aborted, "conflict", "cursor: it is not one", false)]
    [InlineData(StatusCode.Unavailable, "try_later", Away, true)]
    [InlineData(StatusCode.DeadlineExceeded, "try_later", Away, true)]
    [InlineData(StatusCode.ResourceExhausted, "try_later", Away, true)]
    [InlineData(StatusCode.Unauthenticated, "try_later", Away, true)]
    [InlineData(StatusCode.Internal, "internal_error", "The service failed; its log says why.", false)]
    [InlineData(StatusCode.DataLoss, "internal_error", "The service failed; its log says why.", false)]
    public void ToRefusal_Status_BecomesTheCallers(StatusCode status, string code, string sentence, bool retry)
    {
        var refusal = RegisterFault.ToRefusal(new RpcException(new Status(status, "cursor: it is not one")));

        Assert.Equal((code, sentence, retry), (refusal.Code.Name, refusal.Message, refusal.RetryAfter is not null));
    }
}
