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
