using Microservices.Contracts;
using Microservices.Dispatcher.Rooms;
using Microsoft.AspNetCore.WebUtilities;

namespace Microservices.Dispatcher.Endpoints;

/// <summary>Reads the query string of a request. Parameters that are not known are ignored: a later client may say more.</summary>
internal static class QueryParser
{
    private static readonly string[] Fields = ["app", "user", "network", "failed", "transport"];

    /// <summary>Null when all is well; otherwise the first thing that is wrong.</summary>
    public static QueryFault? Parse(string? queryString, out EndpointsQuery query)
    {
        query = default;
        var values = new Values();
        if (Read(queryString, ref values) is { } unreadable)
        {
            return unreadable;
        }

        var app = values[0].IsEmpty ? EndpointsQuery.DefaultApp : values[0].ToString();
        if (Identifiers.FaultOfApp(app) is { } appFault)
        {
            return QueryFault.Of("app", appFault, app);
        }

        var user = values[1].IsEmpty ? null : values[1].ToString();
        if (user is not null && Identifiers.FaultOfName("user", user) is { } userFault)
        {
            return QueryFault.Of("user", userFault, user);
        }

        var network = values[2];
        if (network.Length > EndpointsQuery.MaxNetworkLength)
        {
            return QueryFault.Of("network", $"network has {network.Length} characters; the limit is {EndpointsQuery.MaxNetworkLength}", network.Span);
        }

        if (FailedAddresses.Parse(values[3], out var failed) is { } failedFault)
        {
            return failedFault;
        }

        if (!Transports.TryFind(values[4].IsEmpty ? Transports.Default : values[4].Span, out var transport))
        {
            return QueryFault.Of("transport", $"transport is unknown; it is {Transports.Listed}", values[4].Span);
        }

        query = new EndpointsQuery(app, user, network, transport, failed);
        return null;
    }

    private static QueryFault? Read(string? queryString, ref Values values)
    {
        var given = 0;
        foreach (var pair in new QueryStringEnumerable(queryString))
        {
            var name = pair.DecodeName().Span;
            for (var i = 0; i < Fields.Length; i++)
            {
                if (!name.SequenceEqual(Fields[i]))
                {
                    continue;
                }

                values[i] = pair.DecodeValue();
                if ((given & (1 << i)) != 0)
                {
                    return QueryFault.Of(Fields[i], $"{Fields[i]} is given more than once", values[i].Span);
                }

                given |= 1 << i;
            }
        }

        return null;
    }

    [System.Runtime.CompilerServices.InlineArray(5)]
    private struct Values
    {
        private ReadOnlyMemory<char> _first;
    }
}
