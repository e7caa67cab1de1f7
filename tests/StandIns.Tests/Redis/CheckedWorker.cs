using System.Collections.Concurrent;
using StackExchange.Redis;

namespace Microservices.StandIns.Tests.Redis;

/// <summary>
/// Works on keys of its own and knows what each reply must be. After an operation that failed, its effect is uncertain:
/// the value before and the value after are both right.
/// </summary>
internal sealed class CheckedWorker(IDatabase database, int id)
{
    private readonly Random _random = new(id);
    private readonly HashSet<string> _text = [""];
    private readonly HashSet<string> _hash = [""];
    private long _count;
    private long _countAtMost;
    private long _succeeded;

    public ConcurrentQueue<string> Wrong { get; } = new();

    public long Succeeded => Volatile.Read(ref _succeeded);

    /// <summary>Goes on until <paramref name="operations"/> have succeeded.</summary>
    public async Task RunAsync(int operations)
    {
        for (var i = 0; _succeeded < operations; i++)
        {
            try
            {
                await OneAsync(i);
                Volatile.Write(ref _succeeded, _succeeded + 1);
            }
            catch (Exception fault) when (fault is RedisException or IOException or TimeoutException or ObjectDisposedException or OperationCanceledException)
            {
                // The connection was killed under it: not at once again, the client is connecting.
                await Task.Delay(1);
            }
        }
    }

    private static void Settle(HashSet<string> possible, string value)
    {
        possible.Clear();
        possible.Add(value);
    }

    private Task OneAsync(int i) => _random.Next(6) switch
    {
        0 => SetTextAsync($"{id}:{i}:{new string('x', _random.Next(50) == 0 ? _random.Next(20_000) : _random.Next(60))}"),
        1 or 2 => GetTextAsync(),
        3 => CountAsync(),
        4 => _random.Next(2) == 0 ? SetHashAsync($"{id}/{i}") : GetHashAsync(),
        _ => EchoAsync($"{id}~{i}"),
    };

    private async Task SetTextAsync(string value)
    {
        _text.Add(value);
        Check(await database.StringSetAsync($"text:{id}", value), "SET was refused");
        Settle(_text, value);
    }

    private async Task GetTextAsync()
    {
        var value = (string?)await database.StringGetAsync($"text:{id}") ?? "";
        Check(_text.Contains(value), $"GET gave '{value[..Math.Min(40, value.Length)]}'");
        Settle(_text, value);
    }

    private async Task CountAsync()
    {
        _countAtMost++;
        var value = await database.StringIncrementAsync($"count:{id}");
        Check(value > _count && value <= _countAtMost, $"INCR gave {value}, not {_count + 1} to {_countAtMost}");
        _count = _countAtMost = value;
    }

    private async Task SetHashAsync(string value)
    {
        _hash.Add(value);
        await database.HashSetAsync($"hash:{id}", [new("a", value), new("b", id), new("c", value)]);
        Settle(_hash, value);
    }

    private async Task GetHashAsync()
    {
        var fields = (await database.HashGetAllAsync($"hash:{id}")).ToStringDictionary();
        var value = fields.GetValueOrDefault("a", "");
        Check(_hash.Contains(value), $"HGETALL gave a = '{value}'");
        Check(fields.Count == 0 || (fields.Count == 3 && fields["b"] == $"{id}" && fields["c"] == value), $"HGETALL gave {fields.Count} fields");
        Settle(_hash, value);
    }

    private async Task EchoAsync(string token)
    {
        var reply = (RedisResult[])(await database.ScriptEvaluateAsync("return {KEYS[1], {1, ARGV[1]}}", [$"text:{id}"], [token]))!;
        Check((string?)reply[0] == $"text:{id}" && (string?)reply[1][1] == token, $"EVAL gave {reply[0]} and {reply[1][1]}");
    }

    private void Check(bool right, string what)
    {
        if (!right)
        {
            Wrong.Enqueue($"worker {id}: {what}");
        }
    }
}
