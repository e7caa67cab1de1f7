using System.Collections.Frozen;
using System.Security.Cryptography;
using Microservices.Center.Refusals;
using Microsoft.Extensions.Options;

namespace Microservices.Center.ApiKeys;

/// <summary>The keys in use. A file that has become unreadable or invalid leaves the former keys in use.</summary>
internal sealed class ApiKeyRing
{
    // Compared with when no key has the id, so that a known id takes no longer than an unknown one.
    private static readonly byte[] NoHash = new byte[SHA256.HashSizeInBytes];

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _reloading = new();
    private volatile FrozenDictionary<string, ApiKey> _keys = FrozenDictionary<string, ApiKey>.Empty;
    private byte[] _contentHash = [];
    private string? _saidFault;

    public ApiKeyRing(IOptions<ApiKeyOptions> options, TimeProvider time, ILogger<ApiKeyRing> logger)
    {
        _time = time;
        _path = options.Value.File ?? throw new InvalidOperationException("ApiKeys:File is not set.");
        _logger = logger;
        Reload();
    }

    /// <summary>The key that <paramref name="text"/> is, also when it has expired; null when it is none.</summary>
    public ApiKey? Find(string text)
    {
        if (!ApiKeyText.TryGetId(text, out var id))
        {
            return null;
        }

        _keys.TryGetValue(id, out var key);
        var fits = CryptographicOperations.FixedTimeEquals(ApiKeyText.Hash(text), key?.Sha256 ?? NoHash);
        return fits ? key : null;
    }

    /// <summary>The key that was found before, by its id and hash; null when it was changed, removed, or has expired since.</summary>
    public ApiKey? Recall(string id, ReadOnlySpan<byte> sha256) =>
        _keys.TryGetValue(id, out var key) && sha256.SequenceEqual(key.Sha256) && !key.IsExpired(_time.GetUtcNow()) ? key : null;

    /// <summary>Raised after each look at the file, which may have changed: for calls that last.</summary>
    public event Action? LookedAt;

    /// <summary>Why a call that began with <paramref name="key"/> may not go on; null when it may.</summary>
    public RefusedException? FaultOf(ApiKey key, string scope, string app)
    {
        if (!_keys.TryGetValue(key.Id, out var now) || !now.Sha256.AsSpan().SequenceEqual(key.Sha256))
        {
            return new RefusedException(RefusalCode.Unauthenticated, $"API key '{key.Id}' is not valid any more.");
        }

        return now.IsExpired(_time.GetUtcNow()) ? new RefusedException(RefusalCode.Unauthenticated, $"API key '{key.Id}' expired at {now.Expires:u}.")
            : now.Allows(scope) && now.IsFor(app) ? null
            : new RefusedException(RefusalCode.Forbidden, $"API key '{key.Id}' is not for scope '{scope}' of app '{app}' any more.");
    }

    /// <summary>Reads the file and takes up its keys when it has changed.</summary>
    /// <returns>False when it is unreadable or invalid: logged once, and the former keys stay.</returns>
    public bool Reload()
    {
        var isRead = Read();
        LookedAt?.Invoke();
        return isRead;
    }

    private bool Read()
    {
        lock (_reloading)
        {
            try
            {
                var content = ApiKeyFile.ReadBytes(_path);
                var hash = SHA256.HashData(content);
                if (!hash.AsSpan().SequenceEqual(_contentHash))
                {
                    _keys = ApiKeyFile.Parse(_path, content);
                    _contentHash = hash;
                    Log.KeysLoaded(_logger, _keys.Count, _path);
                }

                _saidFault = null;
                return true;
            }
            catch (Exception fault) when (fault is ApiKeyFileException or IOException or UnauthorizedAccessException)
            {
                if (_saidFault != fault.Message)
                {
                    _saidFault = fault.Message;
                    Log.KeysNotReloaded(_logger, _keys.Count, fault.Message);
                }

                return false;
            }
        }
    }
}
