using System.Net;
using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Hosting.Rpc;
using Microservices.Hosting.Tests.RegisterClient;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microservices.Hosting.Tests.Rpc;

public sealed class FaultInterceptorTests
{
    [Fact]
    public async Task Call_HandlerFails_IsInternalWithoutDetailsAndLoggedOnce()
    {
        var log = new RecordedLog();

        var fault = await FaultOfAsync(new FormatException("the password is 1234"), log);

        Assert.Equal(StatusCode.Internal, fault.StatusCode);
        Assert.DoesNotContain("1234", fault.Status.Detail, StringComparison.Ordinal);
        Assert.Single(log.Entries, static entry => entry.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Call_InvalidRequest_IsInvalidArgumentWithFieldValueAndLimit()
    {
        var log = new RecordedLog();

        var fault = await FaultOfAsync(new InvalidRequestException("payload", "70,000 bytes; the limit is 65,536."), log);

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal("payload: 70,000 bytes; the limit is 65,536.", fault.Status.Detail);
        Assert.DoesNotContain(log.Entries, static entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Call_RpcException_Passes()
    {
        var fault = await FaultOfAsync(new RpcException(new Status(StatusCode.Aborted, "another revision")), new RecordedLog());

        Assert.Equal(StatusCode.Aborted, fault.StatusCode);
        Assert.Equal("another revision", fault.Status.Detail);
    }

    /// <summary>It is read before anybody is asked for a secret: a stranger could fill the log with stacks.</summary>
    [Fact]
    public async Task Call_BodyDoesNotParse_IsNotLogged()
    {
        var log = new RecordedLog();
        await using var register = await FakeRegister.StartAsync(new("a"), more: builder => builder.Logging.AddProvider(log));
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(register.Bound.GrpcUrl()), "/microservices.register.v1.Rooms/List"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 2, 0x0A, 0xFF]),
        };
        request.Content.Headers.ContentType = new("application/grpc");

        using var answer = await http.SendAsync(request);
        await answer.Content.ReadAsByteArrayAsync();

        Assert.NotEqual("0", GrpcStatusOf(answer));
        Assert.DoesNotContain(log.Entries, static entry => entry.Level >= LogLevel.Warning);
    }

    private static string GrpcStatusOf(HttpResponseMessage answer) =>
        (answer.TrailingHeaders.TryGetValues("grpc-status", out var status) || answer.Headers.TryGetValues("grpc-status", out status))
            ? status.Single()
            : "none";

    private static async Task<RpcException> FaultOfAsync(Exception thrown, RecordedLog log)
    {
        await using var register = await FakeRegister.StartAsync(new("a") { Fault = thrown }, more: builder => builder.Logging.AddProvider(log));
        await using var caller = await FakeRegister.StartCallerAsync([register.Bound.GrpcUrl()]);
        var rooms = caller.App.Services.GetRequiredService<Rooms.RoomsClient>();
        return await Assert.ThrowsAsync<RpcException>(async () => await rooms.ListAsync(new()));
    }
}
