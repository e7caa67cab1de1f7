using System.Net.Security;
using Microsoft.Extensions.Logging;

namespace Microservices.Hosting.Listening.Certificates;

/// <summary>The certificate of one listener: the latest of its files that was good.</summary>
internal sealed class ListenerCertificate(string listener, string certificateFile, string keyFile, bool speaksHttp, CertificateMetrics metrics, ILogger logger)
{
    private ServerCertificate? _current;
    private byte[] _refused = [];

    public string Listener => listener;

    /// <summary>What the next handshake uses.</summary>
    public SslServerAuthenticationOptions Handshake => Volatile.Read(ref _current)!.Handshake;

    /// <summary>When the certificate in use expires.</summary>
    public DateTimeOffset NotAfter => Volatile.Read(ref _current)?.NotAfter ?? DateTimeOffset.MaxValue;

    /// <summary>Looks at the files. Where they have changed and are good, handshakes from now on use what they say; connections go on as they are.</summary>
    /// <returns>False: they are of no use; what was used before is used still.</returns>
    public bool Look(out string? fault)
    {
        fault = null;
        try
        {
            var content = ServerCertificate.ReadContent(certificateFile, keyFile);
            if (Volatile.Read(ref _current)?.IsOf(content) == true)
            {
                _refused = [];
                return true;
            }

            if (_refused.AsSpan().SequenceEqual(content))
            {
                // It was said already; the files are looked at again when they change.
                return false;
            }

            if (!ServerCertificate.TryRead(certificateFile, keyFile, speaksHttp, out var read, out fault))
            {
                return Refuse(content, fault);
            }

            _refused = [];
            if (Interlocked.Exchange(ref _current, read) is not null)
            {
                metrics.Reloaded(listener, isGood: true);
            }

            Log.CertificateInUse(logger, listener, read.Subject, read.NotAfter);
            return true;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            fault = unreadable.Message;
            return Refuse(content: [0], fault);
        }
    }

    private bool Refuse(byte[] content, string fault)
    {
        if (!_refused.AsSpan().SequenceEqual(content))
        {
            _refused = content;
            metrics.Reloaded(listener, isGood: false);
            Log.CertificateRefused(logger, listener, fault);
        }

        return false;
    }
}
