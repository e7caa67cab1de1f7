using System.Globalization;
using Microservices.Register.Jobs;
using Microservices.Register.Presence;
using Microservices.Register.Resume;
using Microservices.Register.Rooms;
using Microservices.Register.Store;
using Microservices.Register.Store.Redis;

namespace Microservices.Register.Tests.Store;

public sealed class OptionsTests
{
    [Fact]
    public void Rooms_WithBadTimes_NamesEachWithItsBounds()
    {
        var result = new RoomsOptionsValidator().Validate(null, new RoomsOptions { LeaseTime = TimeSpan.Zero, RefreshEvery = TimeSpan.FromDays(1) });

        Assert.Contains("Rooms:LeaseTime", result.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("00:05:00", result.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("Rooms:RefreshEvery", result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Rooms_ByDefault_RenewAtAThirdOfTheLease()
    {
        var options = new RoomsOptions();

        Assert.True(new RoomsOptionsValidator().Validate(null, options).Succeeded);
        Assert.Equal(TimeSpan.FromSeconds(10) / 3, options.RenewalPace);
    }

    [Fact]
    public void Defaults_OfAllSections_AreValid()
    {
        Assert.True(new PresenceOptionsValidator().Validate(null, new PresenceOptions()).Succeeded);
        Assert.True(new ResumeOptionsValidator().Validate(null, new ResumeOptions()).Succeeded);
        Assert.True(new JobsOptionsValidator().Validate(null, new JobsOptions()).Succeeded);
    }

    [Fact]
    public void Presence_WithBadValues_NamesEachWithItsBounds()
    {
        var options = new PresenceOptions { Workers = 0, Coalesce = TimeSpan.FromSeconds(2), Hold = TimeSpan.Zero, SweptPerSecond = -1 };

        var result = new PresenceOptionsValidator().Validate(null, options);

        Assert.All(["Presence:Workers", "1 to 64", "Presence:Coalesce", "Presence:Hold", "Presence:SweptPerSecond"], word =>
            Assert.Contains(word, result.FailureMessage, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("00:00:00", "7.00:00:00", "Resume:RotateEvery")]
    [InlineData("1.00:00:00", "00:10:00", "Resume:KeepKeys")]
    [InlineData("00:00:01", "00:10:00", "Resume:KeepKeys")]
    public void Resume_WithBadTimes_NamesThem(string rotateEvery, string keepKeys, string key)
    {
        var options = new ResumeOptions
        {
            RotateEvery = TimeSpan.Parse(rotateEvery, CultureInfo.InvariantCulture),
            KeepKeys = TimeSpan.Parse(keepKeys, CultureInfo.InvariantCulture),
        };

        Assert.Contains(key, new ResumeOptionsValidator().Validate(null, options).FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Jobs_WithBadTime_NamesIt() => Assert.Contains(
        "Jobs:KeepEnded",
        new JobsOptionsValidator().Validate(null, new JobsOptions { KeepEnded = TimeSpan.Zero }).FailureMessage,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("mysql", "127.0.0.1:6379", "Store:Kind")]
    [InlineData("redis", "", "Store:Redis:Configuration")]
    [InlineData("redis", "127.0.0.1:6379,hunter2=x", "Store:Redis:Configuration")]
    public void Store_WithBadValue_NamesItWithoutSecrets(string kind, string configuration, string key)
    {
        var options = new StoreOptions { Kind = kind, Redis = new RedisOptions { Configuration = configuration } };

        var result = new StoreOptionsValidator().Validate(null, options);

        Assert.Contains(key, result.FailureMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.FailureMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("memory", "mysql", "f", "Store:Channels:Kind")]
    [InlineData("redis", "sqlite", "f", "Store:Kind must be memory, not redis")]
    [InlineData("memory", "sqlite", null, "Store:Channels:File")]
    [InlineData("memory", "sqlite", " ", "Store:Channels:File")]
    public void Store_WithBadChannels_NamesThem(string kind, string channels, string? file, string expected)
    {
        var options = new StoreOptions { Kind = kind, Channels = new ChannelStoreOptions { Kind = channels, File = file } };

        Assert.Contains(expected, new StoreOptionsValidator().Validate(null, options).FailureMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("memory", "store")]
    [InlineData("redis", "store")]
    [InlineData("memory", "sqlite")]
    public void Store_WithGoodChannels_IsValid(string kind, string channels)
    {
        var options = new StoreOptions { Kind = kind, Channels = new ChannelStoreOptions { Kind = channels, File = "messages.db" } };

        Assert.True(new StoreOptionsValidator().Validate(null, options).Succeeded);
    }

    [Fact]
    public void Store_WithMissingConfigurationFile_SaysSo()
    {
        var options = new StoreOptions { Redis = new RedisOptions { ConfigurationFile = "/nowhere/redis.conf" } };

        var result = new StoreOptionsValidator().Validate(null, options);

        Assert.Contains("Store:Redis:ConfigurationFile", result.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("/nowhere/redis.conf", result.FailureMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis-1,redis-2:7000,password=secret", "redis-1:6379,redis-2:7000")]
    [InlineData("127.0.0.1", "127.0.0.1:6379")]
    public void Where_NamesEndpointsOnly(string configuration, string where) =>
        Assert.Equal(where, RedisSettings.Where(new RedisOptions { Configuration = configuration }));
}
