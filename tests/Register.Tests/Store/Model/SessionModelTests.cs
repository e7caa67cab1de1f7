using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Microservices.Register.Tests.Store.Model;

/// <summary>
/// Random stories of sessions against a simple model. How many and how long: environment variables SESSION_STORIES and SESSION_STORY_STEPS. A
/// failure names the seed and the shortest story that fails.
/// </summary>
public sealed class SessionModelTests(ModelRedisFixture redis) : IClassFixture<ModelRedisFixture>
{
    private static readonly int Steps = Read("SESSION_STORY_STEPS", 40);

    [Fact]
    public void Stories_InMemory_FitTheModel() =>
        Check(Read("SESSION_STORIES", 300), () => new ModelStore(Stores.Memory(), static () => Task.FromResult(Stores.Memory())));

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Stories_InRedis_FitTheModel()
    {
        var stores = await redis.StoresAsync();
        await Task.Run(() => Check(Read("SESSION_STORIES", 80), () => new ModelStore(stores, WipeAsync)));

        async Task<Stores> WipeAsync()
        {
            await redis.CliAsync("flushall");
            return stores;
        }
    }

    private static void Check(int stories, Func<ModelStore> open) => Prop
        .ForAll(Story.Stories(Steps), story => new Telling(open(), story).RunAsync().GetAwaiter().GetResult())
        .Check(Config.QuickThrowOnFailure.WithMaxTest(stories));

    private static int Read(string name, int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : byDefault;
}

public sealed class ModelRedisFixture : RedisFixture;
