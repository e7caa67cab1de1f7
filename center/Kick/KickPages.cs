using System.Text;
using Google.Protobuf.Collections;
using Microservices.Center.Jobs;
using Microservices.Center.Sessions;
using Microservices.Contracts.Center;
using Microservices.Contracts.CenterWork;
using Microservices.Contracts.Register;
using RegisterRooms = Microservices.Contracts.Register.ListRoomsRequest;
using RoomsClient = Microservices.Contracts.Register.Rooms.RoomsClient;
using SessionsClient = Microservices.Contracts.Register.Sessions.SessionsClient;
using Target = Microservices.Contracts.Center.StartKickRequest.TargetOneofCase;

namespace Microservices.Center.Kick;

/// <summary>Finds the sessions that a job is to end, a page at a time, and moves its progress on.</summary>
internal sealed class KickPages(SessionsClient sessions, RoomsClient rooms, RegisterPatience patience)
{
    /// <summary>Most sessions of a page: what register takes in one kick.</summary>
    public const int MaxPage = 1_000;

    // Register keeps 64 KiB of progress; the rest of it needs little.
    private const int MaxPendingBytes = 48 * 1024;
    private const int BytesBesideTheUser = 20;

    /// <summary>Puts the next page into <see cref="KickProgress.Pending"/>, or <see cref="KickProgress.Listed"/> is true.</summary>
    /// <returns>False: there is no such room.</returns>
    public async Task<bool> NextAsync(StartKickRequest spec, long createdUnixMs, KickProgress progress, int pageSize, CancellationToken cancellationToken)
    {
        switch (spec.TargetCase)
        {
            case Target.Users:
                await UsersAsync(spec.App, spec.Users.Users_, "", createdUnixMs, progress, pageSize, cancellationToken);
                return true;
            case Target.Device:
                await UsersAsync(spec.App, [spec.Device.User], spec.Device.Device, createdUnixMs, progress, pageSize, cancellationToken);
                return true;
            case Target.Room:
                return await RoomAsync(spec, createdUnixMs, progress, pageSize, cancellationToken);
            default:
                progress.Listed = !await ListAsync(spec.App, 0, createdUnixMs, progress, pageSize, cancellationToken);
                return true;
        }
    }

    private async Task<bool> RoomAsync(StartKickRequest spec, long createdUnixMs, KickProgress progress, int pageSize, CancellationToken cancellationToken)
    {
        if (!progress.RoomFound)
        {
            var (list, _) = await patience.CallAsync(stop => rooms.ListAsync(new RegisterRooms(), cancellationToken: stop), cancellationToken);
            progress.Incarnations.AddRange(list.Rooms.Where(room => room.Description.Name == spec.Room).Select(static room => room.Incarnation));
            if (progress.Incarnations.Count == 0)
            {
                // A room that register can't tell of just now may live; one that was there in an earlier round may have gone.
                progress.Incomplete |= !list.Complete;
                progress.Listed = true;
                return !list.Complete || progress.Round > 0;
            }

            progress.RoomFound = true;
        }

        if (progress.Incarnations.Count > 0 && !await ListAsync(spec.App, progress.Incarnations[0], createdUnixMs, progress, pageSize, cancellationToken))
        {
            progress.Incarnations.RemoveAt(0);
        }

        progress.Listed = progress.Incarnations.Count == 0;
        return true;
    }

    /// <returns>There may be more.</returns>
    private async Task<bool> ListAsync(string app, ulong incarnation, long createdUnixMs, KickProgress progress, int pageSize, CancellationToken cancellationToken)
    {
        for (var limit = pageSize; ; limit = Math.Max(1, limit / 2))
        {
            var request = new ListSessionsRequest { App = app, Incarnation = incarnation, Cursor = progress.Cursor, Limit = (uint)limit };
            var (page, _) = await patience.CallAsync(stop => sessions.ListAsync(request, cancellationToken: stop), cancellationToken);
            var concerned = page.Sessions.Where(session => !IsNewer(session, createdUnixMs)).ToArray();
            if (limit > 1 && concerned.Sum(SizeOf) > MaxPendingBytes)
            {
                continue;
            }

            Add(progress, app, concerned);
            progress.Incomplete |= !page.Complete;
            progress.Cursor = page.NextCursor;
            return page.NextCursor.Length > 0;
        }
    }

    private async Task UsersAsync(
        string app, RepeatedField<string> users, string device, long createdUnixMs, KickProgress progress, int pageSize, CancellationToken cancellationToken)
    {
        var some = users.Skip((int)progress.NextUser).Take(Math.Min(SessionLookup.UsersPerCall, pageSize)).ToArray();
        var request = new LookupRequest { App = app, Users = { some } };
        var (reply, _) = await patience.CallAsync(stop => sessions.LookupAsync(request, cancellationToken: stop), cancellationToken);
        progress.Incomplete |= !reply.Complete;
        var bytes = 0;
        for (var i = 0; i < some.Length; i++)
        {
            var concerned = reply.Users[i].Sessions
                .Where(session => (device.Length == 0 || session.NamedDevice == device) && !IsNewer(session, createdUnixMs))
                .ToArray();
            bytes += concerned.Sum(SizeOf);
            if (i > 0 && (progress.Pending.Count + concerned.Length > MaxPage || bytes > MaxPendingBytes))
            {
                break;
            }

            Add(progress, app, concerned);
            if (concerned.Length > 0)
            {
                UserBits.Set(progress, (int)progress.NextUser);
            }

            progress.NextUser++;
        }

        progress.Listed = progress.NextUser >= users.Count;
    }

    // Claimed after the job was stored, and not claimed again by a room that held it before.
    private static bool IsNewer(Session session, long createdUnixMs) =>
        session.SinceUnixMs > createdUnixMs && session.Key.Epoch / 1_000 > (ulong)createdUnixMs;

    private static int SizeOf(Session session) => Encoding.UTF8.GetByteCount(session.User) + session.App.Length + BytesBesideTheUser;

    private static void Add(KickProgress progress, string app, Session[] found)
    {
        progress.Found += (ulong)found.Length;
        progress.Pending.AddRange(found.Select(session => new PendingKick
        {
            App = app.Length == 0 ? session.App : "",
            User = session.User,
            Epoch = session.Key.Epoch,
        }));
    }
}
