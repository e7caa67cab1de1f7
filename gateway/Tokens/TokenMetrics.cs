using System.Diagnostics.Metrics;
using Microservices.Gateway.Diagnostics;

namespace Microservices.Gateway.Tokens;

/// <summary>What the gateway counts of signed tokens, on the gateway's meter.</summary>
internal sealed class TokenMetrics
{
    private readonly Tally _tokens;
    private readonly Tally _renewals;

    public TokenMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(GatewayMetrics.MeterName);
        _tokens = new Tally(meter, "gateway.signed_tokens", "{token}", "Signed tokens that clients showed, by outcome.", "outcome", GatewayMetrics.EnumNames<TokenOutcome>());
        _renewals = new Tally(meter, "gateway.token_renewals", "{renewal}", "Renewals of signed tokens on live connections, by outcome.", "outcome", GatewayMetrics.EnumNames<RenewalOutcome>());
    }

    public void Checked(TokenOutcome outcome) => _tokens.Add((int)outcome);

    public void Renewal(RenewalOutcome outcome) => _renewals.Add((int)outcome);

    public long Tokens(TokenOutcome outcome) => _tokens[(int)outcome];

    public long Renewals(RenewalOutcome outcome) => _renewals[(int)outcome];
}
