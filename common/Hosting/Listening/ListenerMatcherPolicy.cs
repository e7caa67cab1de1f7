using Microservices.Hosting.Admin;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Microservices.Hosting.Listening;

/// <summary>
/// An endpoint with <see cref="ListenerMetadata"/> exists on that listener only; all others exist on every listener but the admin one.
/// </summary>
internal sealed class ListenerMatcherPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => 0;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => true;

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var listener = httpContext.Features.Get<ListenerFeature>()?.Name;
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i) && !Serves(listener, candidates[i].Endpoint))
            {
                candidates.SetValidity(i, false);
            }
        }

        return Task.CompletedTask;
    }

    private static bool Serves(string? listener, Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<ListenerMetadata>() is { } required
            ? required.Name == listener
            : listener != AdminEndpoints.Listener;
}
