using Microservices.Contracts.Center;
using Microservices.Clusters;
using Microservices.Testing;

namespace Microservices.Integration.Tests.ChatProtocol;

/// <summary>The existing chat protocol, as an independent client in Python speaks it.</summary>
public sealed class ChatProtocolTests(SharedCluster shared)
{
    [Theory]
    [InlineData("login.right_token")]
    [InlineData("login.wrong_token_then_right")]
    [InlineData("login.unverified_is_dropped")]
    [InlineData("login.unknown_user_and_missing_fields")]
    [InlineData("login.versions")]
    [InlineData("login.displacement_on_one_gateway")]
    [InlineData("framing.byte_by_byte")]
    [InlineData("framing.glued")]
    [InlineData("framing.cut_at_every_place")]
    [InlineData("framing.unknown_command")]
    [InlineData("framing.impossible_lengths")]
    [InlineData("framing.largest_content")]
    [InlineData("framing.malformed_bodies")]
    [InlineData("framing.unsupported_versions")]
    [InlineData("chat.single")]
    [InlineData("chat.keeps_order")]
    [InlineData("chat.group")]
    [InlineData("chat.group_with_an_offline_member")]
    [InlineData("chat.nonsense_is_refused")]
    public async Task Scenario_OfTheDefaultApp_Passes(string scenario)
    {
        var cluster = await shared.GetAsync();

        await PythonScenario.RunAsync(scenario, cluster.World(await cluster.NewUsersAsync(3)));
    }

    /// <summary>In the default app they would reach the clients of the tests beside them.</summary>
    [Theory]
    [InlineData("chat.broadcast")]
    [InlineData("chat.forged_sender")]
    public async Task Scenario_ThatBroadcasts_PassesInAnAppOfItsOwn(string scenario)
    {
        var cluster = await shared.GetAsync();
        var app = await cluster.NewAppAsync(new AppDescription { ChatUsers = true, ChatBroadcast = true });

        await PythonScenario.RunAsync(scenario, cluster.World(await cluster.NewUsersAsync(3, app), app));
    }

    [Fact]
    public async Task Displacement_OnTheOtherGateway_PresenceKeepsTheNewSession()
    {
        var cluster = await shared.GetAsync();
        var users = await cluster.NewUsersAsync(2);

        await PythonScenario.RunAsync("login.displacement", cluster.World(users), async checkpoint =>
        {
            // The end of the displaced session has been asked for by now, or is about to be: neither may take the new one away.
            if (checkpoint == "gone")
            {
                await cluster.WaitForPresenceAsync(users[0], online: false);
                return;
            }

            var presence = await cluster.PresenceAsync(users[0]);
            var session = Assert.Single(presence.Sessions);
            Assert.Equal(checkpoint == "displaced" ? "gateway-1" : "gateway-0", session.Room);
            Assert.True(session.ChatClient);
        });
    }

    [Fact]
    public async Task OfflineTarget_NeverOrNoLongerThere_SenderIsTold()
    {
        var cluster = await shared.GetAsync();
        var users = await cluster.NewUsersAsync(2);

        await PythonScenario.RunAsync("chat.offline_target", cluster.World(users), _ => cluster.WaitForPresenceAsync(users[1], online: false));
    }

    [Fact]
    public async Task Policy_AppThatAllowsNoChat_Refuses()
    {
        var cluster = await shared.GetAsync();
        var app = await cluster.NewAppAsync(new AppDescription { ChatUsers = false, ChatBroadcast = false });

        await PythonScenario.RunAsync("chat.policy_forbids", cluster.World(await cluster.NewUsersAsync(2, app), app));
    }

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData("liveness.beating_client_stays")]
    [InlineData("liveness.what_it_receives_does_not_keep_it")]
    [InlineData("liveness.chat_counts_as_life")]
    public async Task Liveness_LimitOfFourSeconds_CutsTheSilent(string scenario)
    {
        var cluster = await shared.GetAsync();
        var app = await cluster.NewAppAsync(new AppDescription { ChatUsers = true, SilenceLimitMs = 4_000 });

        await PythonScenario.RunAsync(scenario, cluster.World(await cluster.NewUsersAsync(3, app), app));
    }
}
