using Grpc.Core;

namespace Microservices.Center.Refusals;

/// <summary>What went wrong inside a call, as its caller is told of it. A fault that is ours is logged here, once.</summary>
internal sealed class FaultJudge(ILogger<FaultJudge> logger)
{
    /// <param name="method">What was called, a word of ours: it is logged.</param>
    public RefusedException Judge(Exception fault, string method)
    {
        if (fault is RefusedException refused)
        {
            return refused;
        }

        // All gRPC calls that a handler makes go to register.
        if (fault is RpcException ofRegister)
        {
            var refusal = RegisterFault.ToRefusal(ofRegister);
            if (refusal.Code == RefusalCode.InternalError || ofRegister.StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied)
            {
                Log.RegisterRefused(logger, method, ofRegister.StatusCode, ofRegister.Status.Detail);
            }

            return refusal;
        }

        Log.CallFailed(logger, fault, method);
        return new RefusedException(RefusalCode.InternalError, "The service failed; its log says why.");
    }
}
