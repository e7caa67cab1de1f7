using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store;

/// <summary>Tokens.</summary>
public abstract class TokenStoreContract(StoreFixture fixture)
{
    [Fact]
    public async Task Read_OfBatch_AnswersInItsOrder()
    {
        var tokens = (await fixture.StoresAsync()).Tokens;
        var user = Guid.NewGuid().ToString();
        await tokens.WriteAsync("default", user, "token-of-default", default);
        await tokens.WriteAsync("shop", user, "token-of-shop", default);

        var read = await tokens.ReadAsync([("shop", user), ("other", user), ("default", user)], default);

        Assert.All(read, token => Assert.True(token.IsKnown));
        Assert.Equal(["token-of-shop", null, "token-of-default"], read.Select(token => token.Token));
    }

    [Fact]
    public async Task Write_Again_ReplacesTheToken()
    {
        var tokens = (await fixture.StoresAsync()).Tokens;
        var user = Guid.NewGuid() + " {x}";
        await tokens.WriteAsync("default", user, "first", default);

        await tokens.WriteAsync("default", user, "second", default);

        Assert.Equal("second", Assert.Single(await tokens.ReadAsync([("default", user)], default)).Token);
    }

    [Fact]
    public async Task Remove_SaysWhetherThereWasOne()
    {
        var tokens = (await fixture.StoresAsync()).Tokens;
        var user = Guid.NewGuid().ToString();
        await tokens.WriteAsync("default", user, "token", default);

        Assert.True(await tokens.RemoveAsync("default", user, default));
        Assert.False(await tokens.RemoveAsync("default", user, default));
        Assert.Null(Assert.Single(await tokens.ReadAsync([("default", user)], default)).Token);
    }

    [Fact]
    public async Task Read_OfNothing_IsEmpty() => Assert.Empty(await (await fixture.StoresAsync()).Tokens.ReadAsync([], default));
}

public sealed class MemoryTokenTests(MemoryFixture fixture) : TokenStoreContract(fixture);

public sealed class RedisClusterTokenTests(RedisClusterFixture fixture) : TokenStoreContract(fixture);

public sealed class RedisTokenTests(RedisFixture fixture) : TokenStoreContract(fixture)
{
    private readonly RedisFixture _fixture = fixture;

    [Fact]
    public async Task Read_OfHashWrittenByALoginSystem_FindsItsToken()
    {
        await _fixture.CliAsync("hset", "user:13800000001", "token", "written elsewhere", "name", "Ann");

        var stores = await _fixture.StoresAsync();

        Assert.Equal("written elsewhere", Assert.Single(await stores.Tokens.ReadAsync([("default", "13800000001")], default)).Token);
        Assert.True(await stores.Tokens.RemoveAsync("default", "13800000001", default));
        Assert.Equal("Ann", await _fixture.CliAsync("hget", "user:13800000001", "name"));
    }

    [Fact]
    public async Task Read_OfKeyThatIsNoHash_FindsNoToken()
    {
        await _fixture.CliAsync("set", "user:odd", "x");

        var read = await (await _fixture.StoresAsync()).Tokens.ReadAsync([("default", "odd")], default);

        Assert.Equal(new StoredToken(IsKnown: true, null), Assert.Single(read));
    }
}
