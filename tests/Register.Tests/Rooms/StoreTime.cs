using Microservices.Register.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Microservices.Register.Tests.Rooms;

internal static class StoreTime
{
    /// <summary>The clock of a register's store, µs.</summary>
    public static async Task<long> StoreTimeAsync(this WebApplication register) =>
        (await register.Services.GetRequiredService<IRoomStore>().ReadAsync(Judgement.None, CancellationToken.None)).StoreTime;
}
