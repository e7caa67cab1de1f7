using System.Security.Cryptography;
using Google.Protobuf;
using Microservices.Contracts.Register;
using Microservices.Register.Rooms;
using Microservices.Register.Store;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Resume;

/// <summary>The keys of resume tickets as rooms get them, following the store. Whichever register looks first makes the next one.</summary>
internal sealed class ResumeKeyRing(
    IResumeKeyStore store, IOptions<ResumeOptions> options, IOptions<RoomsOptions> rooms, TimeProvider time, ILogger<ResumeKeyRing> logger)
    : BackgroundService
{
    private const int SecretBytes = 32;
    private readonly ResumeOptions _options = options.Value;
    private volatile ResumeKeys _latest = new();

    /// <summary>The first one signs. Another object when they are others. Empty until the store was read.</summary>
    public ResumeKeys Latest => _latest;

    /// <summary>Reads the store.</summary>
    /// <exception cref="StoreUnavailableException">It doesn't answer.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var candidate = RandomNumberGenerator.GetBytes(SecretBytes);
        var snapshot = await store.ReadAsync(candidate, _options.RotateEvery, _options.KeepKeys, cancellationToken);

        // A key signs only when every room has it, unless there is no other.
        var settledBefore = snapshot.StoreTime - (long)((2 * _options.RefreshEvery) + rooms.Value.LeaseTime).TotalMicroseconds;
        var signs = snapshot.Keys.FirstOrDefault(key => key.MadeAt < settledBefore) ?? snapshot.Keys[^1];
        var keys = new ResumeKeys();
        foreach (var key in snapshot.Keys.Where(key => key == signs).Concat(snapshot.Keys.Where(key => key != signs)))
        {
            keys.Keys.Add(new ResumeKey { Id = key.Id, Secret = ByteString.CopyFrom(key.Secret.Span) });
        }

        if (!keys.Equals(_latest))
        {
            _latest = keys;
            Log.KeysRead(logger, keys.Keys.Count, signs.Id);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        BackgroundLoop.RunAsync(RefreshAsync, stop => Task.Delay(_latest.Keys.Count > 0 ? _options.RefreshEvery : rooms.Value.RefreshEvery, time, stop), logger, stoppingToken);
}
