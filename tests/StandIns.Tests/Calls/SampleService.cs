using Grpc.Core;
using Microservices.StandIns.Tests.Protos;

namespace Microservices.StandIns.Tests.Calls;

internal sealed class SampleService : Sample.SampleBase
{
    public override Task<Wide> Echo(Wide request, ServerCallContext context) => Task.FromResult(request);

    public override Task<Number> Fail(FailRequest request, ServerCallContext context)
    {
        if (request.Code == 0)
        {
            throw new InvalidOperationException("a fault of the handler");
        }

        var trailers = new Metadata { { "reason-bin", request.Reason.ToByteArray() }, { "hint", "try later" } };
        throw new RpcException(new Status((StatusCode)request.Code, request.Detail), trailers);
    }

    public override async Task<Number> Hang(Number request, ServerCallContext context)
    {
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
        return request;
    }

    public override async Task<Description> Describe(Number request, ServerCallContext context)
    {
        await context.WriteResponseHeadersAsync([new("early", "yes")]);
        var description = new Description
        {
            HasDeadline = context.Deadline < DateTime.MaxValue,
            Method = context.Method,
            Host = context.Host,
            Intercepted = context.UserState.TryGetValue(CountingInterceptor.Key, out var count) ? (int)count : 0,
        };
        foreach (var header in context.RequestHeaders)
        {
            description.Headers[header.Key] = header.IsBinary ? Convert.ToHexString(header.ValueBytes) : header.Value;
            if (header.Key.StartsWith("echo-", StringComparison.Ordinal))
            {
                context.ResponseTrailers.Add(header);
            }
        }

        return description;
    }

    public override async Task Count(Number request, IServerStreamWriter<Number> responseStream, ServerCallContext context)
    {
        for (var i = 1; i <= request.Value; i++)
        {
            await responseStream.WriteAsync(new Number { Value = i }, context.CancellationToken);
        }
    }

    public override async Task<Number> Sum(IAsyncStreamReader<Number> requestStream, ServerCallContext context)
    {
        var sum = 0L;
        await foreach (var number in requestStream.ReadAllAsync(context.CancellationToken))
        {
            sum += number.Value;
        }

        return new Number { Value = sum };
    }

    public override async Task Double(IAsyncStreamReader<Number> requestStream, IServerStreamWriter<Number> responseStream, ServerCallContext context)
    {
        await foreach (var number in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(new Number { Value = number.Value * 2 }, context.CancellationToken);
        }
    }
}
