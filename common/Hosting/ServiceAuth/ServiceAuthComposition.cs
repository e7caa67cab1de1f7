using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microservices.Hosting.ServiceAuth;

internal static class ServiceAuthComposition
{
    public static void AddServiceAuth(this IServiceCollection services)
    {
        if (services.Any(static service => service.ServiceType == typeof(ServiceSecret)))
        {
            return;
        }

        services.AddValidatedOptions<ServiceAuthOptions, ServiceAuthOptionsValidator>(ServiceAuthOptions.Section);
        services.TryAddSingleton<ServiceSecret>();
    }
}
