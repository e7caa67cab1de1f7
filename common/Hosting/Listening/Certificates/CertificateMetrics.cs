using System.Diagnostics.Metrics;

namespace Microservices.Hosting.Listening.Certificates;

/// <summary>Meter <c>Microservices.Hosting</c>. The tag <c>listener</c> is a name of the code's.</summary>
internal sealed class CertificateMetrics(IMeterFactory meters)
{
    public const string MeterName = "Microservices.Hosting";

    private readonly Meter _meter = meters.Create(MeterName);
    private Counter<long>? _reloads;

    public void Watch(Func<IEnumerable<ListenerCertificate>> certificates, TimeProvider time)
    {
        _reloads = _meter.CreateCounter<long>("tls.certificate.reloads", "{certificate}", "Certificate files that changed, by outcome.");
        _meter.CreateObservableGauge(
            "tls.certificate.expires_in",
            () => certificates().Select(one => new Measurement<double>((one.NotAfter - time.GetUtcNow()).TotalSeconds, new KeyValuePair<string, object?>("listener", one.Listener))),
            "s",
            "Until the certificate in use expires.");
    }

    public void Reloaded(string listener, bool isGood) =>
        _reloads?.Add(1, new KeyValuePair<string, object?>("listener", listener), new KeyValuePair<string, object?>("outcome", isGood ? "taken" : "refused"));
}
