using System.Net;
using System.Net.Sockets;
using Microservices.Integration.Tests.ChatProtocol;
using Microservices.Clusters;
using Microservices.Integration.Tests.Wire;
using Microservices.Testing;

namespace Microservices.Integration.Tests.Standalone;

/// <summary>What a newcomer starts.</summary>
public sealed class StandaloneTests
{
    [Fact]
    public async Task Start_FirstAndSecond_DemoUsersChatAndTheKeyStays()
    {
        using var folder = new TempFolder();
        var data = Path.Combine(folder.Path, "data");
        var offset = StandaloneProcess.FreeOffset();

        string key;
        TestUser[] users;
        await using (var first = await StandaloneProcess.StartAsync(data, offset))
        {
            await first.WaitForWelcomeAsync();
            key = await File.ReadAllTextAsync(first.KeyFile);
            users = await first.DemoUsersAsync();
            await WorksAsync(first, users);
            await first.StopAsync();
        }

        await using var second = await StandaloneProcess.StartAsync(data, offset);
        await second.WaitForWelcomeAsync();

        Assert.Equal(["alice", "bob", "carol", "dave"], users.Select(static user => user.Name));
        Assert.Equal(users.Length, users.Select(static user => user.Token).Distinct().Count());
        Assert.Equal(key, await File.ReadAllTextAsync(second.KeyFile));
        Assert.Equal(users, await second.DemoUsersAsync());
        AssertOwnerOnly(second.KeyFile, second.DemoUsersFile);
        Assert.DoesNotContain(key.Trim(), second.Process.Output, StringComparison.Ordinal);
        await WorksAsync(second, users);
    }

    [Fact]
    public async Task Start_WithACertificate_ClientsConnectWithTls()
    {
        using var folder = new TempFolder();
        var certificate = new TestCertificate();
        var (certificateFile, keyFile) = (folder.Write("tls.pem", certificate.Pem), folder.Write("tls.key", certificate.KeyPem));
        await using var standalone = await StandaloneProcess.StartAsync(
            folder.Make("data"), StandaloneProcess.FreeOffset(), "--certificate", certificateFile, "--key", keyFile);
        await standalone.WaitForWelcomeAsync();
        var user = (await standalone.DemoUsersAsync())[0];

        await using var receive = CliProcess.Start(
            "receive", "--user", user.Name, "--token-file", folder.Write("token", user.Token), "--tls", "--ca-file", certificateFile,
            "--gateway", $"localhost:{standalone.PortOf(StandaloneProcess.GatewayTlsPort)}", "--count", "1");
        await receive.WaitForAsync("* connected to localhost:");
        await standalone.WithCenterAsync(async center => await center.PushAsync(ClusterQueries.Text(Cluster.DefaultApp, "by TLS", user)));

        await receive.WaitForAsync("by TLS");
        Assert.Equal(0, await receive.WaitForExitAsync());
        await standalone.StopAsync();
    }

    [Fact]
    public async Task Start_OnRedisAndRabbit_Works()
    {
        using var folder = new TempFolder();
        await using var redis = await RedisServer.StartNewAsync();
        await using var rabbit = await RabbitServer.StartNewAsync();
        await using var standalone = await StandaloneProcess.StartAsync(
            folder.Path, StandaloneProcess.FreeOffset(), "--redis", redis.Endpoint, "--rabbitmq", rabbit.Uri("/"));

        await standalone.WaitForWelcomeAsync();

        var users = await standalone.DemoUsersAsync();
        Assert.Equal(users[0].Token, await redis.CliAsync("hget", $"user:{users[0].Name}", "token"));
        await WorksAsync(standalone, users);
        await standalone.StopAsync();
    }

    [Fact]
    public async Task Start_PortTaken_SaysWhichAndWhose()
    {
        using var folder = new TempFolder();
        var offset = StandaloneProcess.FreeOffset();
        var taken = StandaloneProcess.RegisterPort + offset;
        using var owner = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        owner.Bind(new IPEndPoint(IPAddress.Loopback, taken));
        owner.Listen();

        await using var standalone = await StandaloneProcess.StartAsync(folder.Path, offset);

        Assert.Equal(1, await standalone.Process.WaitForExitAsync());
        await standalone.Process.WaitForOutputAsync($"Port {taken}, which the register needs");
    }

    [Fact]
    public async Task Start_DataFolderThatCannotBeWritten_SaysSo()
    {
        using var folder = new TempFolder();
        var data = Path.Combine(folder.Write("file", "not a folder"), "data");

        await using var standalone = await StandaloneProcess.StartAsync(data, StandaloneProcess.FreeOffset());

        Assert.Equal(1, await standalone.Process.WaitForExitAsync());
        await standalone.Process.WaitForOutputAsync($"The data folder {data} cannot be written");
    }

    [Theory]
    [InlineData("There is no option '--colour'.", "--colour", "red")]
    [InlineData("Option --rabbitmq takes an address", "--rabbitmq", "localhost")]
    [InlineData("Option --redis lacks its value", "--redis")]
    [InlineData("--certificate and --key are given together or not at all.", "--certificate", "tls.pem")]
    public async Task Start_OptionThatMakesNoSense_SaysSo(string expected, params string[] arguments)
    {
        using var folder = new TempFolder();

        await using var standalone = await StandaloneProcess.StartAsync(folder.Path, 0, arguments);

        Assert.Equal(1, await standalone.Process.WaitForExitAsync());
        await standalone.Process.WaitForOutputAsync(expected);
    }

    private static async Task WorksAsync(StandaloneProcess standalone, TestUser[] users)
    {
        await PythonScenario.RunAsync("chat.single", standalone.World(users));
        await PythonScenario.RunAsync("chat.broadcast", standalone.World(users));
        await using var client = await WireClient.LoginAsync(standalone.PortOf(StandaloneProcess.GatewayPort), users[2]);
        await standalone.WithCenterAsync(async center => await center.PushAsync(ClusterQueries.Text(Cluster.DefaultApp, "with the key of the file", users[2])));
        Assert.Equal("with the key of the file", (await client.ReceiveAsync(102)).Text("chat_content"));
    }

    private static void AssertOwnerOnly(params string[] files)
    {
        foreach (var file in files)
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file));
        }
    }
}
