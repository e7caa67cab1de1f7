using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microservices.Hosting.ServiceAuth;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microservices.Hosting.RegisterClient;

/// <summary>The one connection of this service to all registers.</summary>
internal sealed class RegisterChannel : IDisposable
{
    // Calls that are made at the same time take turns together: one of them may be given the same register twice.
    private const int AttemptsPerRegister = 3;

    private readonly GrpcChannel _channel;
    private readonly ServiceProvider _balancing;

    public RegisterChannel(IOptions<RegisterClientOptions> options, ServiceSecret secret, TimeProvider time, ILoggerFactory loggers)
    {
        var register = options.Value;
        Uri[] addresses = [.. (register.Addresses.Count == 0 ? RegisterClientOptions.DefaultAddresses : register.Addresses).Select(static address => new Uri(address))];
        _balancing = new ServiceCollection()
            .AddSingleton<ResolverFactory>(new StaticResolverFactory(_ => addresses.Select(static address => new BalancerAddress(address.Host, address.Port))))
            .BuildServiceProvider();
        _channel = GrpcChannel.ForAddress("static:///register", new GrpcChannelOptions
        {
            ServiceProvider = _balancing,
            Credentials = addresses[0].Scheme == Uri.UriSchemeHttps ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure,
            ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } },
            MaxReceiveMessageSize = GrpcComposition.MaxMessageBytes,
            MaxSendMessageSize = GrpcComposition.MaxMessageBytes,
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(Math.Min(200, register.MaxReconnectPause.TotalMilliseconds)),
            MaxReconnectBackoff = register.MaxReconnectPause,
            LoggerFactory = loggers,
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                EnableMultipleHttp2Connections = true,
                KeepAlivePingDelay = register.PingInterval,
                KeepAlivePingTimeout = register.PingTimeout,
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
                PooledConnectionIdleTimeout = System.Threading.Timeout.InfiniteTimeSpan,
                UseProxy = false,
            },
        });
        Invoker = _channel.Intercept(new RegisterCallInterceptor(secret, register.Timeout, AttemptsPerRegister * addresses.Length, time));
    }

    public CallInvoker Invoker { get; }

    public void Dispose()
    {
        _channel.Dispose();
        _balancing.Dispose();
    }
}
