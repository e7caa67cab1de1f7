using System.Runtime.CompilerServices;
using Microservices.Dispatcher.Metrics;
using Microservices.Dispatcher.Rooms;
using Microservices.Dispatcher.Selection;
using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher.Endpoints;

/// <summary>
/// <c>GET /v1/endpoints</c>: 1. judge the method and the query; 2. draw the user's place; 3. choose addresses; 4. write them.
/// Open to everybody by design: it tells nothing but where the gateways listen.
/// </summary>
internal sealed class EndpointsHandler(
    RoomDirectory directory, AddressSelector selector, EndpointsReply reply, IOptions<EndpointsOptions> options, DispatcherMetrics metrics)
{
    private const string AllowedMethods = "GET, HEAD";

    public Task HandleAsync(HttpContext context)
    {
        var method = context.Request.Method;
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
        {
            metrics.Invalid();
            context.Response.Headers.Allow = AllowedMethods;
            return OpenProblem.WriteAsync(
                context, ProblemCodes.InvalidArgument, $"This resource takes {AllowedMethods}.", status: StatusCodes.Status405MethodNotAllowed);
        }

        if (QueryParser.Parse(context.Request.QueryString.Value, out var query) is { } fault)
        {
            metrics.Invalid();
            return OpenProblem.WriteAsync(context, ProblemCodes.InvalidArgument, fault.Detail, fault);
        }

        // A client that does not say who it is may go anywhere.
        var place = query.User is { } user ? Rendezvous.HashOfUser(query.App, user) : (ulong)Random.Shared.NextInt64();
        var chosen = default(Addresses);
        var count = selector.Select(directory.Table.Of(query.Transport), place, query.Failed, chosen);
        if (count == 0)
        {
            metrics.NoRooms();
            return OpenProblem.WriteAsync(
                context,
                ProblemCodes.Unavailable,
                $"No gateway with {Transports.NameOf(query.Transport)} is known at this moment; ask again later.",
                retryAfter: options.Value.RetryAfter);
        }

        metrics.Answered();
        reply.Write(context, ((ReadOnlySpan<RoomAddress>)chosen)[..count], query.Network.Span);
        return Task.CompletedTask;
    }

    [InlineArray(SelectionOptions.Most)]
    private struct Addresses
    {
        private RoomAddress _first;
    }
}
