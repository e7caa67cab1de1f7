using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher.Http;

/// <summary>Tightens the server's limits; the admin port has them too.</summary>
internal sealed class ConfigureLimits(IOptions<HttpLimitOptions> options) : IConfigureOptions<KestrelServerOptions>
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
        limits.MaxRequestBodySize = 0;
        if (limits.MaxRequestBufferSize < given.MaxRequestLineBytes + given.MaxHeaderBytes)
        {
            limits.MaxRequestBufferSize = given.MaxRequestLineBytes + given.MaxHeaderBytes;
        }
    }
}
