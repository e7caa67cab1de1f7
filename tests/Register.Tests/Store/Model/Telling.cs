using System.Globalization;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store.Model;

/// <summary>Lives a story on a store and beside it on the model, and compares the two after every step.</summary>
internal sealed class Telling(ModelStore store, Story story)
{
    private readonly string _app = "m" + Guid.NewGuid().ToString("N")[..12];
    private readonly Dictionary<(string User, string Reader), Slot> _slots = [];
    private readonly Dictionary<string, ulong> _floorsOfUsers = [];
    private readonly Dictionary<(string User, string Device), ulong> _floorsOfDevices = [];
    private readonly Dictionary<(string User, string Reader), (ulong Epoch, ulong Change)> _latest = [];
    private readonly Dictionary<int, ulong> _changes = [];
    private readonly List<Past> _past = [];
    private readonly ulong[] _incarnations = [.. Enumerable.Range(1, Story.Rooms).Select(static room => (ulong)room)];
    private readonly List<(int Room, ulong Incarnation)> _dead = [];
    private ulong _numbers = 1_000;

    public async Task RunAsync()
    {
        foreach (var (i, step) in story.Steps.Index())
        {
            try
            {
                await TakeAsync(step);
                await CompareAsync();
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"Step {i + 1}, {step}: {fault.Message}", fault);
            }
        }
    }

    private static string UserOf(int user) => string.Create(CultureInfo.InvariantCulture, $"user-{user}");

    private static string DeviceOf(int device) => string.Create(CultureInfo.InvariantCulture, $"device-{device}");

    private Task TakeAsync(Step step) => step switch
    {
        Login login => ClaimAsync(UserOf(login.User), DeviceOf(login.Device), login.Room, ticket: 0, hasToken: true),
        Resume resume when PastAt(resume.Past) is { } past => ClaimAsync(past.User, past.Device, resume.Room, past.Epoch, resume.HasToken),
        Reclaim reclaim => ReclaimAsync(reclaim.Room),
        LoseLease lost => LoseLease(lost.Room),
        Sweep sweep => SweepAsync(sweep.Room),
        End end when PastAt(end.Past) is { } past => EndAsync(past, end.Code),
        Report report when PastAt(report.Past) is { } past => ReportAsync(past, report.Away),
        KickUser kick => KickAsync(new SessionKick(UserOf(kick.User))),
        KickDevice kick => KickAsync(new SessionKick(UserOf(kick.User), DeviceOf(kick.Device))),
        KickEpoch kick when PastAt(kick.Past) is { } past => KickAsync(new SessionKick(past.User, Epoch: past.Epoch)),
        Revoke revoke => RevokeAsync(UserOf(revoke.User)),
        Wipe => WipeAsync(),
        _ => Task.CompletedTask,
    };

    /// <summary>0 = the latest.</summary>
    private Past? PastAt(int back) => _past.Count == 0 ? null : _past[^((back % _past.Count) + 1)];

    private string ReaderOf(string device) => story.PerDevice ? device : "";

    private Slot SlotOf(string user, string device)
    {
        var key = (user, ReaderOf(device));
        return _slots.TryGetValue(key, out var slot) ? slot : _slots[key] = new Slot();
    }

    private IEnumerable<Slot> SlotsOf(string user) => _slots.Where(entry => entry.Key.User == user).Select(static entry => entry.Value);

    private ulong FloorOf(string user, string device) => Math.Max(
        SlotOf(user, device).Floor,
        Math.Max(_floorsOfUsers.GetValueOrDefault(user), _floorsOfDevices.GetValueOrDefault((user, device))));

    /// <summary>Over every epoch that was granted.</summary>
    private ulong AboveAll() => _past.Aggregate(0ul, static (highest, past) => Math.Max(highest, past.Epoch)) + 1;

    private SessionClaim NewClaim(string user, string device, int room, ulong session) => new(
        new Session
        {
            App = _app,
            User = user,
            Device = ReaderOf(device),
            NamedDevice = device,
            Key = new SessionKey { Session = session },
            Incarnation = _incarnations[room],
        },
        story.PerDevice);

    private async Task ClaimAsync(string user, string device, int room, ulong ticket, bool hasToken)
    {
        var slot = SlotOf(user, device);
        var session = ++_numbers;
        var resumes = ticket != 0 && slot.Known == ticket && ticket >= FloorOf(user, device);
        var claim = NewClaim(user, device, room, session) with { ResumeEpoch = ticket == 0 ? null : ticket, HasToken = hasToken };
        var outcome = await ClaimAsync(claim);
        if (outcome.State == ClaimState.Recheck)
        {
            // The token was revoked and issued anew a moment ago.
            outcome = await ClaimAsync(claim with { SeenRevocation = outcome.Epoch });
        }

        if (!resumes && !hasToken)
        {
            Assert.Equal(ClaimState.NotResumed, outcome.State);
            return;
        }

        Assert.Equal((ClaimState.Claimed, resumes), (outcome.State, outcome.Resumed));
        Assert.True(outcome.Epoch > slot.Highest && outcome.Epoch >= FloorOf(user, device), $"epoch {outcome.Epoch} after {slot.Highest}");
        Grant(slot, outcome, user, device, room, SessionState.Alive);
        _past.Add(new Past(user, device, room, session, outcome.Epoch));
    }

    private async Task ReclaimAsync(int room)
    {
        foreach (var past in _past.Where(past => past.IsHeld && past.Room == room).ToArray())
        {
            var claim = NewClaim(past.User, past.Device, room, past.Session) with { HeldEpoch = past.Epoch };
            claim.Session.State = past.IsAway ? SessionState.Away : SessionState.Alive;
            var isOvertaken = past.Epoch < FloorOf(past.User, past.Device);
            var outcome = await ClaimAsync(claim);
            Assert.Equal(isOvertaken ? ClaimState.Overtaken : ClaimState.Claimed, outcome.State);
            past.IsHeld = !isOvertaken;
            if (!isOvertaken)
            {
                Assert.Equal(past.Epoch, outcome.Epoch);
                Grant(SlotOf(past.User, past.Device), outcome, past.User, past.Device, room, claim.Session.State);
            }
        }
    }

    private void Grant(Slot slot, ClaimOutcome outcome, string user, string device, int room, SessionState state)
    {
        ulong[] displaced = slot.Epoch == 0 || slot.Epoch == outcome.Epoch ? [] : [slot.Epoch];
        Assert.Equal(displaced, outcome.Displaced.Select(static session => session.Key.Epoch));
        slot.Grant(outcome.Epoch, _incarnations[room], device, state);
    }

    private async Task<ClaimOutcome> ClaimAsync(SessionClaim claim)
    {
        var batch = await store.Sessions.ClaimAsync([claim], CancellationToken.None);
        var outcome = Assert.Single(batch.Outcomes);
        Assert.All(outcome.Displaced, session => Assert.Contains(batch.ToTell, one => one.Epoch == session.Key.Epoch && one.Code == 0));
        await store.Sessions.SettleAsync(batch.ToTell, CancellationToken.None);
        return outcome;
    }

    private Task LoseLease(int room)
    {
        _dead.Add((room, _incarnations[room]));
        _incarnations[room] = _incarnations.Max() + 1;
        return Task.CompletedTask;
    }

    private async Task SweepAsync(int room)
    {
        foreach (var (_, incarnation) in _dead.Where(dead => dead.Room == room))
        {
            foreach (var partition in Partitions())
            {
                await store.Sessions.SweepAsync(incarnation, partition, 100, CancellationToken.None);
            }

            foreach (var slot in _slots.Values.Where(slot => slot.Incarnation == incarnation))
            {
                slot.End(3004);
            }
        }
    }

    private async Task EndAsync(Past past, uint code)
    {
        var slot = SlotOf(past.User, past.Device);
        var ended = Assert.Single(await store.Sessions.EndAsync([new SessionEnd(_app, past.User, past.Epoch, code)], CancellationToken.None));
        Assert.Equal(slot.Epoch == past.Epoch, ended);
        past.IsHeld = false;
        if (ended)
        {
            slot.End(code);
        }
    }

    private async Task ReportAsync(Past past, bool isAway)
    {
        var slot = SlotOf(past.User, past.Device);
        var state = isAway ? SessionState.Away : SessionState.Alive;
        var expected = slot.Epoch != past.Epoch ? ReportOutcome.Unknown : slot.State == state ? ReportOutcome.Unchanged : ReportOutcome.Changed;
        Assert.Equal([expected], await store.Sessions.ReportAsync([new StateReport(_app, past.User, past.Epoch, state, 0)], CancellationToken.None));
        past.IsAway = isAway;
        if (expected != ReportOutcome.Unknown)
        {
            slot.Report(state);
        }
    }

    private async Task KickAsync(SessionKick kick)
    {
        Slot[] kicked =
        [
            .. SlotsOf(kick.User).Where(slot =>
                slot.Epoch != 0 && (kick.Device is null || slot.Device == kick.Device) && (kick.Epoch == 0 || slot.Epoch == kick.Epoch)),
        ];
        var batch = await store.Sessions.KickAsync(_app, [kick], CancellationToken.None);
        Assert.Equal(kicked.Select(static slot => slot.Epoch).Order(), Assert.Single(batch.Ended)!.Select(static session => session.Key.Epoch).Order());
        Assert.All(kicked, slot => Assert.Contains(batch.ToTell, one => one.Epoch == slot.Epoch && one.Code == 4001));
        await store.Sessions.SettleAsync(batch.ToTell, CancellationToken.None);
        Array.ForEach(kicked, static slot => slot.End(4001));
        if (kick.Epoch != 0)
        {
            foreach (var slot in SlotsOf(kick.User).Where(slot => slot.Known == kick.Epoch))
            {
                slot.Floor = kick.Epoch + 1;
            }
        }
        else if (kick.Device is null)
        {
            _floorsOfUsers[kick.User] = AboveAll();
        }
        else
        {
            _floorsOfDevices[(kick.User, kick.Device)] = AboveAll();
        }
    }

    private async Task RevokeAsync(string user)
    {
        var revoked = await store.Sessions.RevokeAsync(_app, user, CancellationToken.None);
        var expected = SlotsOf(user).Where(static slot => slot.Epoch != 0).Select(static slot => slot.Epoch).Order();
        Assert.Equal(expected, revoked.Ended.Select(static session => session.Key.Epoch).Order());
        await store.Sessions.SettleAsync(revoked.ToTell, CancellationToken.None);
        foreach (var slot in SlotsOf(user))
        {
            slot.End(4002);
        }

        _floorsOfUsers[user] = AboveAll();
    }

    private async Task WipeAsync()
    {
        await store.WipeAsync();
        foreach (var slot in _slots.Values)
        {
            slot.Lose();
        }

        _floorsOfUsers.Clear();
        _floorsOfDevices.Clear();
        _latest.Clear();
        _changes.Clear();
    }

    private IEnumerable<int> Partitions() => Enumerable.Range(0, Story.Users).Select(user => Partition.Of(_app, UserOf(user))).Distinct();

    private async Task CompareAsync()
    {
        foreach (var partition in Partitions())
        {
            await CompareEventsAsync(partition);
        }

        string[] users = [.. Enumerable.Range(0, Story.Users).Select(UserOf)];
        var stored = await store.Sessions.LookupAsync(_app, users, CancellationToken.None);
        foreach (var (i, sessions) in stored.Index())
        {
            var expected = _slots.Where(entry => entry.Key.User == users[i] && entry.Value.Epoch != 0)
                .Select(static entry => (entry.Key.Reader, entry.Value.Epoch, entry.Value.Incarnation, entry.Value.State));
            Assert.Equal(expected.Order(), sessions.Select(static session => (session.Device, session.Key.Epoch, session.Incarnation, session.State)).Order());
            Assert.All(sessions, session => Assert.Equal(_latest[(session.User, session.Device)], (session.Key.Epoch, session.Change)));
        }
    }

    private async Task CompareEventsAsync(int partition)
    {
        var turn = await store.Outbox.TakeAsync(partition, "model", TimeSpan.FromMinutes(1), 1_000, CancellationToken.None);
        foreach (var told in turn.Events)
        {
            // The first one seen may follow on those of an earlier story.
            Assert.True(!_changes.TryGetValue(partition, out var previous) || told.Previous == previous, $"{told.Previous} isn't the change before");
            Assert.True(told.Change > told.Previous);
            _changes[partition] = told.Change;
            if (told.App != _app)
            {
                // A sweep also finds what an earlier story left under the same incarnation.
                continue;
            }

            var key = (told.User, told.Device);
            Assert.True((told.Epoch, told.Change).CompareTo(_latest.GetValueOrDefault(key)) > 0, $"{told} isn't newer");
            _latest[key] = (told.Epoch, told.Change);
        }

        foreach (var ((user, reader), slot) in _slots.Where(entry => Partition.Of(_app, entry.Key.User) == partition))
        {
            var told = turn.Events.Where(one => one.App == _app && one.User == user && one.Device == reader).Select(static one => (one.Kind, one.Epoch, one.Code));
            Assert.Equal(slot.Told, told);
            slot.Told.Clear();
        }

        if (turn.State == OutboxState.Taken)
        {
            Assert.True(await store.Outbox.RemoveAsync(partition, turn.Fence, turn.Through, CancellationToken.None));
        }
    }
}
