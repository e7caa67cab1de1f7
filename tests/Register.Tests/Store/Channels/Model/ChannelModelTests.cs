using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microservices.Register.Sessions;
using Microservices.Register.Store;
using Microservices.Register.Store.Memory;
using Microservices.Register.Tests.Store.Model;
using Microservices.Testing;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Tests.Store.Channels.Model;

/// <summary>
/// Random stories of channels against a simple model. How many and how long: environment variables CHANNEL_STORIES and CHANNEL_STORY_STEPS. A
/// failure names the seed and the shortest story that fails.
/// </summary>
public sealed class ChannelModelTests(ModelRedisFixture redis) : IClassFixture<ModelRedisFixture>
{
    private static readonly int Steps = Read("CHANNEL_STORY_STEPS", 40);

    [Fact]
    public void Stories_InMemory_FitTheModel() => Check(Read("CHANNEL_STORIES", 100), static () =>
    {
        var time = new ManualTime();
        var stores = Stores.Memory(time);
        return new ChannelModelStore(
            stores.Sessions, stores.Channels, time, () => Task.FromResult(stores.Channels), () => Task.FromResult(stores = Stores.Memory(time)), static () => Task.CompletedTask);
    });

    [Fact]
    [Trait("Category", "Slow")]
    public void Stories_InSqlite_FitTheModel()
    {
        using var folder = new TempFolder();
        Check(Read("CHANNEL_STORIES", 30), () => new SqliteStory(folder.Path).OpenAsync().GetAwaiter().GetResult());
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Stories_InRedis_FitTheModel()
    {
        var stores = await redis.StoresAsync();
        await Task.Run(() => Check(
            Read("CHANNEL_STORIES", 40),
            () => new ChannelModelStore(stores.Sessions, stores.Channels, Time: null, () => Task.FromResult(stores.Channels), WipeAsync, static () => Task.CompletedTask)));

        async Task<Stores> WipeAsync()
        {
            await redis.CliAsync("flushall");
            return stores;
        }
    }

    private static void Check(int stories, Func<ChannelModelStore> open) => Prop
        .ForAll(ChannelStory.Stories(Steps), story => TellAsync(open(), story).GetAwaiter().GetResult())
        .Check(Config.QuickThrowOnFailure.WithMaxTest(stories));

    private static async Task TellAsync(ChannelModelStore store, ChannelStory story)
    {
        try
        {
            await new ChannelTelling(store, story).RunAsync();
        }
        finally
        {
            await store.Close();
        }
    }

    private static int Read(string name, int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : byDefault;
}
