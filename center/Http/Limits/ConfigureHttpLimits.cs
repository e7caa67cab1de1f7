using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Microservices.Center.Http.Limits;

/// <summary>The server's limits of what comes before a body. The server has one set of them: the gRPC and admin ports have them too.</summary>
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
    }
}
