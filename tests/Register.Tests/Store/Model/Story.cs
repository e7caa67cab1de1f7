using FsCheck;
using FsCheck.Fluent;

namespace Microservices.Register.Tests.Store.Model;

/// <summary>A list of steps under one policy of devices.</summary>
internal sealed record Story(bool PerDevice, IReadOnlyList<Step> Steps)
{
    public const int Users = 3;
    public const int Devices = 2;
    public const int Rooms = 3;

    public static Arbitrary<Story> Stories(int steps) => Arb.ToArbitrary(
        from perDevice in Gen.Elements(true, false)
        from list in Gen.ListOf(AnyStep, steps)
        select new Story(perDevice, [.. list]),
        static story => story.Shorter());

    public override string ToString() => $"{(PerDevice ? "one session per device" : "one session per user")}\n  {string.Join("\n  ", Steps)}\n";

    private static Gen<Step> AnyStep
    {
        get
        {
            var user = Gen.Choose(0, Users - 1);
            var device = Gen.Choose(0, Devices - 1);
            var room = Gen.Choose(0, Rooms - 1);

            // Mostly of the latest sessions, which are the interesting ones.
            var past = Gen.Frequency((3, Gen.Choose(0, 2)), (1, Gen.Choose(0, 30)));
            return Gen.Frequency(
                (6, from u in user from d in device from r in room select (Step)new Login(u, d, r)),
                (4, from p in past from r in room from t in Gen.Elements(true, false) select (Step)new Resume(p, r, t)),
                (4, room.Select(static r => (Step)new Reclaim(r))),
                (2, room.Select(static r => (Step)new LoseLease(r))),
                (2, room.Select(static r => (Step)new Sweep(r))),
                (4, from p in past from code in Gen.Elements(3001u, 3004u, 4000u, 4003u) select (Step)new End(p, code)),
                (3, from p in past from away in Gen.Elements(true, false) select (Step)new Report(p, away)),
                (2, user.Select(static u => (Step)new KickUser(u))),
                (2, from u in user from d in device select (Step)new KickDevice(u, d)),
                (1, past.Select(static p => (Step)new KickEpoch(p))),
                (1, user.Select(static u => (Step)new Revoke(u))),
                (1, Gen.Constant((Step)new Wipe())));
        }
    }

    /// <summary>The story without each of its halves, quarters, … steps.</summary>
    private IEnumerable<Story> Shorter()
    {
        for (var size = Math.Max(1, Steps.Count / 2); size >= 1 && Steps.Count > 0; size /= 2)
        {
            for (var start = 0; start < Steps.Count; start += size)
            {
                yield return this with { Steps = [.. Steps.Take(start), .. Steps.Skip(start + size)] };
            }
        }
    }
}
