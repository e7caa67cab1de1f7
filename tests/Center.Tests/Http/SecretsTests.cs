using Microservices.Center.Tests.Support;

namespace Microservices.Center.Tests.Http;

/// <summary>What neither logs nor answers tell.</summary>
public sealed class SecretsTests
{
    [Fact]
    public async Task Log_RequestsWithForgedTextAndFaults_HasNeitherTextNorKey()
    {
        const string Forged = "%0A2030-01-01T00:00:00Z%20FORGED";
        const string Wrong = "mk_all_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        await using var world = await KickWorld.StartAsync();
        using var http = new HttpCaller(world.Center.HttpAddress, world.Key);
        using var stranger = new HttpCaller(world.Center.HttpAddress, Wrong);
        world.Register.Sessions.BeforeKick = static _ => throw new InvalidOperationException("broken");

        Assert.Equal(401, (await stranger.GetAsync($"/v1/apps/default/users/{Forged}/inbox?note={Forged}")).Status);
        Assert.Equal(400, (await http.PostAsync($"/v1/apps/default/users/{Forged}/token", """{"token":"the-secret-of-bob-1"}""")).Status);
        Assert.Equal(404, (await http.GetAsync($"/v1/{Forged}")).Status);
        Assert.Equal(500, (await http.PostAsync("/v1/apps/default/kick", """{"users":["FORGED"],"reason":"FORGED"}""")).Status);
        (await http.PostAsync("/v1/apps/default/messages", """{"users":["FORGED"],"payload":"the-secret-of-bob-2"}""")).Good();

        var log = world.Center.Log.Entries.ToArray();
        Assert.Contains(log, line => line.Contains("A wrong API key from ", StringComparison.Ordinal) && line.Contains("for GetInbox", StringComparison.Ordinal));
        Assert.Contains(log, line => line.StartsWith("Error Call Kick: register answered ", StringComparison.Ordinal));
        foreach (var secret in new[] { "FORGED", "the-secret-of-bob", Wrong, world.Key, world.Key[^43..] })
        {
            Assert.DoesNotContain(log, line => line.Contains(secret, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Fault_OfOurs_TellsNothingOfItself()
    {
        await using var world = await KickWorld.StartAsync();
        using var http = new HttpCaller(world.Center.HttpAddress, world.Key);
        world.Register.Sessions.BeforeKick = static _ => throw new InvalidOperationException("broken at 10.0.0.7");

        (await http.PostAsync("/v1/apps/default/kick", """{"users":["bob"]}"""))
            .IsProblem(500, "internal_error", "The service failed; its log says why.");
    }
}
