using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Microservices.Center.ApiKeys;

/// <summary>
/// Counts wrong keys by network address and minute. Only wrong keys are limited: a right one is served whatever its neighbours try,
/// since 256 random bits are not guessed, and a limit on right keys would let anybody behind the same address lock an app out.
/// </summary>
internal sealed class GuessLimit(IOptions<ApiKeyOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(1);

    private readonly Lock _sync = new();
    private readonly Dictionary<IPAddress, Window> _windows = [];
    private Window _others;
    private DateTimeOffset _nextSweep;

    /// <summary>Counts a wrong key of <paramref name="peer"/>; false when it is one too many.</summary>
    public bool TryFail(IPAddress? peer)
    {
        var now = time.GetUtcNow();
        lock (_sync)
        {
            if (peer is null)
            {
                return TryCount(ref _others, now);
            }

            var network = NetworkOf(peer);
            if (!_windows.ContainsKey(network) && _windows.Count >= options.Value.MaxTrackedAddresses && !TryForgetOld(now))
            {
                return TryCount(ref _others, now);
            }

            _windows.TryGetValue(network, out var window);
            var within = TryCount(ref window, now);
            _windows[network] = window;
            return within;
        }
    }

    private bool TryCount(ref Window window, DateTimeOffset now)
    {
        if (now >= window.Ends)
        {
            window = new Window(now + Span, 0);
        }

        if (window.Failures >= options.Value.MaxFailuresPerMinute)
        {
            return false;
        }

        window = window with { Failures = window.Failures + 1 };
        return true;
    }

    // At most once a second: with a full table every further address would otherwise walk all of it.
    private bool TryForgetOld(DateTimeOffset now)
    {
        if (now < _nextSweep)
        {
            return false;
        }

        _nextSweep = now + TimeSpan.FromSeconds(1);
        foreach (var (network, window) in _windows)
        {
            if (now >= window.Ends)
            {
                _windows.Remove(network);
            }
        }

        return _windows.Count < options.Value.MaxTrackedAddresses;
    }

    // One IPv6 host has a network of 64 bits to itself.
    private static IPAddress NetworkOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private record struct Window(DateTimeOffset Ends, int Failures);
}
