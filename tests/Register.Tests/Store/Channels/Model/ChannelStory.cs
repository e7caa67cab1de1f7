using FsCheck;
using FsCheck.Fluent;

namespace Microservices.Register.Tests.Store.Channels.Model;

/// <summary>A list of steps. The limits of the channels are so low that they are met.</summary>
internal sealed record ChannelStory(IReadOnlyList<ChannelStep> Steps)
{
    public const int Users = 3;
    public const int MaxMessages = 5;
    public const int MaxBytes = 24;

    public static Arbitrary<ChannelStory> Stories(int steps) => Arb.ToArbitrary(
        Gen.ListOf(AnyStep, steps).Select(static list => new ChannelStory([.. list])),
        static story => story.Shorter());

    public override string ToString() => $"\n  {string.Join("\n  ", Steps)}\n";

    private static Gen<ChannelStep> AnyStep
    {
        get
        {
            var any = Gen.Choose(0, Users);
            var user = Gen.Choose(1, Users);
            var device = Gen.Choose(0, 2);
            var flag = Gen.Elements(true, false);
            var text = Gen.Elements("a", "bb", "ccc", "dddddddd");
            var ticks = Gen.Frequency((3, Gen.Constant(ChannelStep.Never)), (1, Gen.Choose(1, 3)));

            // Mostly the latest positions, which are the interesting ones, and some beyond them.
            var back = Gen.Frequency((4, Gen.Choose(0, 3)), (1, Gen.Choose(4, 30)), (1, Gen.Choose(-2, -1)));
            return Gen.Frequency(
                (10, from u in any from t in text from k in Gen.Choose(0, 3) from l in ticks from w in ticks from d in flag select (ChannelStep)new AppendOne(u, t, k, l, w, d)),
                (5, Openings(user, device)),
                (6, from u in user from d in device from b in back select (ChannelStep)new AckOne(u, d, b)),
                (2, from u in user from d in device from b in back select (ChannelStep)new AckAll(u, d, b)),
                (3, from u in any from b in back from m in Gen.Choose(1, 4) from c in Gen.Choose(1, 20) select (ChannelStep)new ReadOne(u, b, m, c)),
                (3, from u in user from a in flag select (ChannelStep)new TakeDue(u, a)),
                (1, user.Select(static u => (ChannelStep)new Come(u))),
                (1, user.Select(static u => (ChannelStep)new Go(u))),
                (3, Gen.Choose(1, 2).Select(static ticks => (ChannelStep)new Pass(ticks))),
                (1, Gen.Constant((ChannelStep)new Restart())),
                (1, Gen.Constant((ChannelStep)new Wipe())));
        }
    }

    private static Gen<ChannelStep> Openings(Gen<int> user, Gen<int> device) =>
        from u in user
        from d in device
        from isAttempt in Gen.Elements(true, true, false)
        from attempts in Gen.Choose(1, 2)
        from age in Gen.Elements(0, 2, ChannelStep.Never)
        from messages in Gen.Choose(1, 4)
        from bytes in Gen.Choose(1, 20)
        select (ChannelStep)new OpenInbox(u, d, isAttempt, attempts, age, messages, bytes);

    /// <summary>The story without each of its halves, quarters, … steps.</summary>
    private IEnumerable<ChannelStory> Shorter()
    {
        for (var size = Math.Max(1, Steps.Count / 2); size >= 1 && Steps.Count > 0; size /= 2)
        {
            for (var start = 0; start < Steps.Count; start += size)
            {
                yield return new ChannelStory([.. Steps.Take(start), .. Steps.Skip(start + size)]);
            }
        }
    }
}
