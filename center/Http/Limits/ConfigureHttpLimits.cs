using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Microservices.Center.Http.Limits;

/// <summary>The server's limits that can't be set for one port or request: the gRPC and admin ports have them too.</summary>
internal sealed class ConfigureHttpLimits(IOptions<HttpLimitOptions> options) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions kestrel)
    {
        var limits = kestrel.Limits;
        var given = options.Value;
        limits.MaxRequestLineSize = given.MaxRequestLineBytes;
        limits.MaxRequestHeadersTotalSize = given.MaxHeaderBytes;
        limits.MaxRequestHeaderCount = given.MaxHeaders;
        limits.RequestHeadersTimeout = given.HeadersTimeout;
        limits.KeepAliveTimeout = given.KeepAliveTimeout;
        limits.MinRequestBodyDataRate = new MinDataRate(given.MinBodyBytesPerSecond, given.SlowBodyGrace);
    }
}
