using Grpc.Core;

namespace Microservices.Center.Refusals;

/// <summary>What a fault of a call to register means to the center's caller.</summary>
internal static class RegisterFault
{
    /// <summary>Register is away or overloaded, as opposed to having judged the request.</summary>
    public static bool IsPassing(RpcException fault) => fault.StatusCode
        is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted or StatusCode.Cancelled
        or StatusCode.Unauthenticated or StatusCode.PermissionDenied

        // A register that is older than the call, while an update goes on.
        or StatusCode.Unimplemented;

    public static RefusedException ToRefusal(RpcException fault) => fault.StatusCode switch
    {
        StatusCode.InvalidArgument => new RefusedException(RefusalCode.InvalidArgument, fault.Status.Detail),
        StatusCode.NotFound => new RefusedException(RefusalCode.NotFound, fault.Status.Detail),
        StatusCode.Aborted => new RefusedException(RefusalCode.Conflict, fault.Status.Detail),
        _ when IsPassing(fault) => RefusedException.PartIsAway("Register, which knows sessions and apps, doesn't answer."),
        _ => new RefusedException(RefusalCode.InternalError, "The service failed; its log says why."),
    };
}
