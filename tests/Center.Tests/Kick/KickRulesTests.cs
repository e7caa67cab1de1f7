using Microservices.Center.Kick;
using Microservices.Center.Refusals;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;

namespace Microservices.Center.Tests.Kick;

public sealed class KickRulesTests
{
    [Fact]
    public void Check_Faults_NameFieldValueAndLimit()
    {
        Refused.With(RefusalCode.InvalidArgument, "users: there are none; a call takes 1 to 1,000.", () => KickRules.Check(new KickRequest()));
        Refused.With(
            RefusalCode.InvalidArgument,
            "device: device has 129 bytes; it takes 1 to 128.",
            () => KickRules.Check(new KickRequest { Users = { "a" }, Device = new string('d', 129) }));
        Refused.With(
            RefusalCode.InvalidArgument,
            "reason: it has 258 bytes; the limit is 256.",
            () => KickRules.Check(new KickRequest { Users = { "a" }, Reason = new string('ä', 129) }));
        Refused.With(
            RefusalCode.InvalidArgument,
            "reason: it has a control character.",
            () => KickRules.Check(new KickRequest { Users = { "a" }, Reason = "a\nb" }));
    }

    [Fact]
    public void Check_AtTheLimits_Passes() =>
        KickRules.Check(new KickRequest { Users = { "a" }, Device = new string('d', 128), Reason = new string('ä', 128) });
}
