using Microservices.Contracts.Center;
using Microservices.Fault.Tests.Delivery.Support;
using Microservices.Protocol;

namespace Microservices.Fault.Tests.Delivery;

/// <summary>A client that says it will acknowledge, and doesn't.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class NeverAcknowledgedTests(FaultCluster fixture)
{
    private const int Poison = 2;

    [FaultFact]
    public async Task NeverAcknowledged_BecomesADeadLetterAndTheRestArrives_OthersAreNotAffected()
    {
        await using var world = await DeliveryWorld.StartAsync(fixture, new DeliverySetup
        {
            Policy = static app => (app.AckTimeoutMs, app.MaxAttempts, app.MinDeadAgeMs) = (2_000, 2, 1_000),
        });
        var silent = new Member((await world.Cluster.NewUsersAsync(1, world.App))[0], world.App) { AsksForAcks = true };
        string[] texts = ["first", "second", "third", "fourth"];
        foreach (var text in texts)
        {
            await PushAsync(world, silent, text);
        }

        var sending = world.Sender.SendAsync(FaultSizes.Messages / 4, FaultSizes.Rate);
        var connections = 0;
        for (; !(await ReceiveAsync(world, silent)).StartsWith(texts[Poison], StringComparison.Ordinal); connections++)
        {
            var end = await silent.Connection!.End.WaitAsync(TimeSpan.FromSeconds(60));
            world.Check(end.Code == Code.AckTimeout, () => $"The connection that doesn't acknowledge ended with {end}");
            world.Check(connections < 20, () => "Nothing was given up.");
        }

        var dead = (await world.Cluster.Center().ListDeadLettersAsync(new ListDeadLettersRequest { App = world.App })).Letters;
        Assert.Equal(texts[..Poison], dead.Select(static letter => letter.Payload.ToStringUtf8()));
        Assert.All(dead, letter =>
        {
            Assert.Equal((silent.User.Name, "not_acknowledged"), (letter.User, letter.Code));
            Assert.True(letter.Attempts >= 2, $"{letter}");
        });

        // It behaves at last: what follows the dead is not lost.
        await Eventually.HoldsAsync(() => silent.Connection!.Pushes.Count == texts.Length - Poison, "the rest arrives", world.State);
        silent.Connection!.Acknowledge(silent.Connection.Pushes.Last().Kept!.Value);
        await sending;
        await world.WaitUntilReceivedAsync();
        var ledger = await world.WaitUntilNothingIsPendingAsync();
        world.Check(
            ledger.Dead == Poison && ledger.Accepted == (ulong)(world.Sender.Accepted + texts.Length),
            () => $"{Poison} are dead, {world.Sender.Accepted + texts.Length} were accepted; ledger {ledger}");
        world.CheckReceived();
        world.Check(world.Receivers.All(static one => one.Logins == 1), () => "Others were cut off too.");
        silent.Connection.Dispose();
    }

    private static async Task PushAsync(DeliveryWorld world, Member member, string text)
    {
        var request = ClusterQueries.Text(world.App, text, member.User);
        request.Qos = Qos.AtLeastOnce;
        var outcome = (await world.Cluster.Center().PushAsync(request)).Outcomes.Single();
        Assert.Equal(UserOutcome.Types.Outcome.Kept, outcome.Outcome);
    }

    /// <returns>The first message of a new connection.</returns>
    private static async Task<string> ReceiveAsync(DeliveryWorld world, Member member)
    {
        await member.LoginAsync(world.Cluster.Gateways[0].Port);
        await Eventually.HoldsAsync(() => !member.Connection!.Pushes.IsEmpty, "a message arrives", world.State);
        return member.Connection!.Pushes.First().Text;
    }
}
