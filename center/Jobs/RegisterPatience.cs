using Grpc.Core;
using Microservices.Center.Refusals;

namespace Microservices.Center.Jobs;

/// <summary>
/// Calls of jobs to register, which wait while it is away. The wait has no end of its own: nobody else could go on meanwhile, and when
/// register is back, the fence says whether the job is still this center's.
/// </summary>
internal sealed class RegisterPatience(TimeProvider time, ILogger<RegisterPatience> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>The answer, and whether the call was made more than once, so that an earlier one may have done its work unheard.</summary>
    public async Task<(T Answer, bool Repeated)> CallAsync<T>(Func<CancellationToken, AsyncUnaryCall<T>> call, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return (await call(cancellationToken), attempt > 0);
            }
            catch (RpcException) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (RpcException fault) when (IsPassing(fault))
            {
                Log.Waiting(logger, fault.StatusCode, fault.Status.Detail);
            }

            await PauseAsync(attempt, cancellationToken);
        }
    }

    /// <summary>A pause that grows with <paramref name="attempt"/>, from 0.</summary>
    public Task PauseAsync(int attempt, CancellationToken cancellationToken)
    {
        var longest = Math.Min(LongestPause.TotalMilliseconds, FirstPause.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 10)));
        return Task.Delay(TimeSpan.FromMilliseconds(longest * (0.5 + (Random.Shared.NextDouble() / 2))), time, cancellationToken);
    }

    // During a rolling update an older register may not know the call yet.
    private static bool IsPassing(RpcException fault) => RegisterFault.IsPassing(fault) || fault.StatusCode == StatusCode.Unimplemented;
}
