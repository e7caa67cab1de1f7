using Microservices.Cli.CommandLine;
using Microservices.Cli.Load;
using Microservices.Cli.Load.Processes;
using System.CommandLine;

namespace Microservices.Cli.Tests.Load.Processes;

public sealed class LoadShareTests
{
    private static readonly LoadSettings Settings = new()
    {
        App = "default",
        Connections = 10,
        Rate = 7,
        SlowReaders = 4,
        HeartbeatsPerSecond = 5,
        ReconnectsPerSecond = 1,
        Acknowledges = true,
    };

    [Fact]
    public void Of_AnUnevenNumber_SharesAllOfIt() =>
        Assert.Equal([new LoadShare(0, 0, 3), new LoadShare(1, 3, 3), new LoadShare(2, 6, 4)], LoadShare.Of(Settings, 3));

    [Theory]
    [InlineData(11, "11 processes cannot share 10 connections at 7 a second")]
    [InlineData(8, "8 processes cannot share 10 connections at 7 a second")]
    public void Of_TooLittle_IsAFault(int processes, string expected) =>
        Assert.Equal(expected, Assert.Throws<CliException>(() => LoadShare.Of(Settings, processes)).Message);

    [Fact]
    public void Arguments_OfEach_AddUpToTheRun()
    {
        var all = LoadShare.Of(Settings, 3).Select(static share => Arguments(share, "load")).ToArray();

        Assert.Equal(10, Sum("--connections"));
        Assert.Equal(7, Sum("--rate"));
        Assert.Equal(4, Sum("--slow-readers"));
        Assert.Equal(5, Sum("--heartbeats"), 1e-9);
        Assert.Equal(1, Sum("--reconnects"), 1e-9);
        Assert.Equal([100, 103, 106], all.Select(static one => double.Parse(Value(one, "--first-user"))));
        Assert.All(all, static one => Assert.True(double.Parse(Value(one, "--slow-readers")) <= double.Parse(Value(one, "--connections"))));
        Assert.All(all, static one => Assert.Contains("--ack", one));

        double Sum(string name) => all.Sum(one => double.Parse(Value(one, name)));
    }

    [Fact]
    public void Arguments_WhatElseWasGiven_IsPassedOnAndSecretsAreNot()
    {
        var arguments = Arguments(
            LoadShare.Of(Settings, 2)[1],
            "load", "--key", "a-secret-key", "--key-file", "the-key", "--users", "-x \"y\"", "--gateway", "one:1,two:2", "--gateway", "three:3", "--processes", "2",
            "--broadcasts", "5", "--report", "page.html", "--heartbeat", "30s", "--connections", "10", "--heartbeat-acks", "--json");

        Assert.Equal("load", arguments[0]);
        Assert.Equal(
            ["--users=-x \"y\"", "--gateway=one:1,two:2", "--gateway=three:3", "--heartbeat=30s", "--heartbeat-acks"],
            arguments.Where(static one => one.Split('=')[0] is "--users" or "--gateway" or "--heartbeat" or "--heartbeat-acks"));
        Assert.DoesNotContain(arguments, static one => one.Contains("key", StringComparison.Ordinal) || one.Split('=')[0] is "--processes" or "--broadcasts" or "--report" or "--json");
        var read = LoadCommand.Create(Terminal.Of(TextWriter.Null, TextWriter.Null, TextReader.Null)).Parse([.. arguments.Skip(1)]);
        Assert.Empty(read.Errors);
    }

    private static IReadOnlyList<string> Arguments(LoadShare share, params string[] given)
    {
        var root = new RootCommand { LoadCommand.Create(Terminal.Of(TextWriter.Null, TextWriter.Null, TextReader.Null)) };
        return share.Arguments(root.Parse(given), Settings, firstUser: 100, processes: given.Contains("--processes") ? 2 : 3);
    }

    private static string Value(IReadOnlyList<string> arguments, string name) =>
        arguments.Single(one => one.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];
}
