using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microservices.Hosting.Listening.Certificates;

/// <summary>
/// The certificates of the listeners, looked at again and again. Their content is compared, not a notification of the file system: a secret that
/// is mounted changes behind a link, of which no notification comes.
/// </summary>
internal sealed class CertificateReload(
    IEnumerable<Listener> listeners,
    IOptionsMonitor<ListenerOptions> options,
    CertificateMetrics metrics,
    TimeProvider time,
    ILogger<CertificateReload> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<string, ListenerCertificate> _certificates = new();

    /// <summary>Reads the certificate of a listener that has one.</summary>
    /// <exception cref="OptionsValidationException">It has become unusable since the options were checked.</exception>
    public ListenerCertificate Begin(string listener)
    {
        var where = options.Get(listener);
        var certificate = new ListenerCertificate(
            listener, where.CertificateFile!, where.KeyFile!, listeners.Single(one => one.Name == listener).SpeaksHttp, metrics, logger);
        if (!certificate.Look(out var fault))
        {
            throw new OptionsValidationException(listener, typeof(ListenerOptions), [$"{listener}:{nameof(where.CertificateFile)}: {fault}"]);
        }

        return _certificates[listener] = certificate;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.Watch(() => _certificates.Values, time);
        return Task.WhenAll(listeners
            .Select(listener => (listener.Name, Options: options.Get(listener.Name)))
            .Where(static listener => listener.Options.CertificateFile is not null)
            .Select(listener => WatchAsync(listener.Name, listener.Options.CertificateCheckInterval, stoppingToken)));
    }

    private async Task WatchAsync(string listener, TimeSpan interval, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (_certificates.TryGetValue(listener, out var certificate))
            {
                certificate.Look(out _);
            }
        }
    }
}
