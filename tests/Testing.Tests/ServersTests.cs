namespace Microservices.Testing.Tests;

public sealed class ServersTests
{
    [Fact]
    public async Task RedisServer_Restarted_IsEmptyAndAnotherRun()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await redis.CliAsync("set", "key", "value");
        var before = await redis.CliAsync("info", "server");

        await redis.RestartAsync();

        Assert.Equal("", await redis.CliAsync("get", "key"));
        Assert.NotEqual(RunId(before), RunId(await redis.CliAsync("info", "server")));
    }

    [Fact]
    public async Task RedisServer_Frozen_AnswersAfterItIsResumed()
    {
        await using var redis = await RedisServer.StartNewAsync();
        redis.Freeze();
        var ping = redis.CliAsync("ping");
        Assert.False(ping.IsCompleted);

        redis.Resume();

        Assert.Equal("PONG", await ping);
    }

    [Fact]
    public async Task RedisCluster_Started_EveryMasterServesAThirdOfTheSlots()
    {
        await using var cluster = await RedisCluster.StartAsync();

        var outcomes = new List<string>();
        foreach (var master in cluster.Masters)
        {
            outcomes.Add(await master.CliAsync("set", "{p0001}key", "value"));
        }

        Assert.Equal(1, outcomes.Count(outcome => outcome == "OK"));
        Assert.Equal(2, outcomes.Count(outcome => outcome.StartsWith("MOVED", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ServiceProcess_EndsInsteadOfBecomingReady_SaysSoWithItsOutput()
    {
        await using var process = await ServiceProcess.StartAsync(typeof(ServersTests).Assembly.Location, ["--no-such-option"]);

        var fault = await Assert.ThrowsAnyAsync<Exception>(() => process.WaitUntilReadyAsync(FreePorts.Take()));

        Assert.Contains("become ready", fault.Message, StringComparison.Ordinal);
        Assert.Contains("no-such-option", fault.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, process.ExitCode);
    }

    [Fact]
    public void DebianPackage_Missing_NamesItAndTheCommand()
    {
        var fault = Assert.Throws<InvalidOperationException>(() => DebianPackage.Require("redis-server", "/no/such/file"));

        Assert.Contains("apt-get install -y --no-install-recommends redis-server", fault.Message, StringComparison.Ordinal);
    }

    private static string RunId(string info) => info.Split('\n').Single(line => line.StartsWith("run_id:", StringComparison.Ordinal));
}
