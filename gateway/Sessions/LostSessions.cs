using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Gateway.Rooms;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Sessions;

/// <summary>
/// A call that failed may have claimed sessions that this room does not know of, and a store that went back to an older state has sessions
/// again that had ended; in register they would count as online for as long as the room lives. When that may have happened, this goes through
/// what register holds for the room and ends what the room does not have.
/// </summary>
internal sealed class LostSessions(
    Contracts.Register.Sessions.SessionsClient register,
    SessionTable table,
    SessionEnds ends,
    RoomState room,
    IOptions<SessionsOptions> options,
    TimeProvider time,
    ILogger<LostSessions> logger) : IDisposable
{
    private const int PageSize = 1_000;

    /// <summary>A failing register fails many logins: they are looked for together, once it answers again.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _wanted = new(0, 1);

    /// <summary>Asks for a look. Never waits.</summary>
    public void LookSoon()
    {
        try
        {
            _wanted.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is asked for already.
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _wanted.WaitAsync(cancellationToken);
                await Task.Delay(Delay, time, cancellationToken);
                await LookAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The lease ends with the room, and these sessions with it.
        }
    }

    public void Dispose() => _wanted.Dispose();

    /// <summary>Goes through once.</summary>
    /// <returns>How many it found; they are being ended.</returns>
    /// <exception cref="RpcException">Register did not answer.</exception>
    public async Task<int> GoThroughAsync(CancellationToken cancellationToken)
    {
        Log.LookingForLost(logger);
        var (listed, lost) = (0, 0);
        var request = new ListSessionsRequest { Incarnation = room.Incarnation, Limit = PageSize };
        do
        {
            var page = await register.ListAsync(request, deadline: time.GetUtcNow().UtcDateTime + options.Value.CallTimeout, cancellationToken: cancellationToken);
            foreach (var session in page.Sessions)
            {
                listed++;

                // A login under way is asked for first: it leaves that list only after it stands in the other.
                if (table.FindLogin(session.Key.Session) is null && table.Find(session.Key.Session) is null)
                {
                    lost++;
                    ends.Add(session.App, session.User, session.NamedDevice, session.Key.Epoch);
                }
            }

            request.Cursor = page.NextCursor;
        }
        while (request.Cursor.Length > 0);
        Log.LostEnded(logger, lost, listed);
        return lost;
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var pause = new RetryPause(time);
        while (true)
        {
            try
            {
                await GoThroughAsync(cancellationToken);
                return;
            }
            catch (RpcException) when (!cancellationToken.IsCancellationRequested)
            {
                await pause.WaitAsync(cancellationToken);
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                Log.LookFailed(logger, fault);
                return;
            }
        }
    }
}
