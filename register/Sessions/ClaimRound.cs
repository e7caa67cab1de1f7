using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Apps;
using Microservices.Register.Store;
using Microservices.Register.Tokens;
using Outcome = Microservices.Contracts.Register.ClaimResult.Types.Outcome;

namespace Microservices.Register.Sessions;

/// <summary>
/// One batch of claims on its way: (1) rules and app, (2) tokens, (3) the store. A claim leaves it with its result; those whose token was
/// revoked meanwhile go through (2) and (3) again.
/// </summary>
internal sealed class ClaimRound(ClaimRequest request, AppDirectory apps, ITokenStore tokens, ISessionStore sessions)
{
    private const int MaxRounds = 3;
    private readonly ClaimResult?[] _results = new ClaimResult?[request.Claims.Count];
    // What becomes of a claim that can't be resumed and whose token doesn't help either.
    private readonly ClaimResult?[] _refused = new ClaimResult?[request.Claims.Count];
    private readonly ulong[] _seenRevocations = new ulong[request.Claims.Count];
    private readonly List<DisplacedSession> _toTell = [];

    /// <summary>What the claims displaced, live or not, by the index of the claim.</summary>
    public Dictionary<int, IReadOnlyList<Session>> Displaced { get; } = [];

    public IReadOnlyList<DisplacedSession> ToTell => _toTell;

    public async Task<IReadOnlyList<ClaimResult>> RunAsync(CancellationToken cancellationToken)
    {
        List<int> open = [];
        for (var i = 0; i < request.Claims.Count; i++)
        {
            if (await CheckAsync(request.Claims[i], cancellationToken) is { } refused)
            {
                _results[i] = refused;
            }
            else
            {
                open.Add(i);
            }
        }

        for (var round = 0; open.Count > 0 && round < MaxRounds; round++)
        {
            open = await ClaimAsync(await CheckTokensAsync(open, cancellationToken), cancellationToken);
        }

        foreach (var i in open)
        {
            _results[i] = Result(Outcome.Unavailable, "the user's token keeps being revoked");
        }

        return _results!;
    }

    private static ClaimResult Result(Outcome outcome, string message = "") => new() { Outcome = outcome, Message = message };

    private async ValueTask<ClaimResult?> CheckAsync(Claim claim, CancellationToken cancellationToken)
    {
        if (Identifiers.FaultOfApp(claim.App) is { } fault)
        {
            return Result(Outcome.Invalid, fault);
        }

        return await apps.FindAsync(claim.App, cancellationToken) is not { } app
            ? Result(Outcome.UnknownApp, $"there is no app {claim.App}")
            : ClaimRules.FaultOf(claim, app, apps) is { } broken ? Result(Outcome.Invalid, broken) : null;
    }

    private async Task<List<int>> CheckTokensAsync(List<int> open, CancellationToken cancellationToken)
    {
        var toRead = open.FindAll(i => !request.Claims[i].HasHeldEpoch && !request.Claims[i].HasSignedAtUs);
        toRead.ForEach(i => _refused[i] = null);
        var stored = await tokens.ReadAsync([.. toRead.Select(i => (request.Claims[i].App, request.Claims[i].User))], cancellationToken);
        for (var k = 0; k < toRead.Count; k++)
        {
            if (!stored[k].IsKnown)
            {
                _refused[toRead[k]] = Result(Outcome.Unavailable, "the token store doesn't answer");
            }
            else if (!TokenText.IsSame(stored[k].Token, request.Claims[toRead[k]].Token) || !TakesTokens(request.Claims[toRead[k]], TokenKinds.Stored))
            {
                _refused[toRead[k]] = Result(Outcome.WrongToken, "user and token do not fit");
            }

            if (!request.Claims[toRead[k]].HasResumeEpoch)
            {
                _results[toRead[k]] = _refused[toRead[k]];
            }
        }

        // What the room has vouched for stands against the store's revocations only.
        foreach (var i in open.Where(i => !request.Claims[i].HasHeldEpoch && request.Claims[i].HasSignedAtUs && !TakesTokens(request.Claims[i], TokenKinds.Signed)))
        {
            _refused[i] = Result(Outcome.WrongToken, $"app {request.Claims[i].App} takes no signed tokens");
            if (!request.Claims[i].HasResumeEpoch)
            {
                _results[i] = _refused[i];
            }
        }

        return open.FindAll(i => _results[i] is null);
    }

    private bool TakesTokens(Claim claim, TokenKinds kind) =>
        apps.Find(claim.App)?.Tokens?.Kinds is var kinds && (kinds ?? TokenKinds.Stored) is var taken && (taken == kind || taken == TokenKinds.Both);

    private async Task<List<int>> ClaimAsync(List<int> open, CancellationToken cancellationToken)
    {
        var batch = await sessions.ClaimAsync([.. open.Select(ToStore)], cancellationToken);
        _toTell.AddRange(batch.ToTell.Except(_toTell));
        List<int> again = [];
        for (var k = 0; k < open.Count; k++)
        {
            var (i, outcome) = (open[k], batch.Outcomes[k]);
            if (outcome.State == ClaimState.Recheck)
            {
                _seenRevocations[i] = outcome.Epoch;
                again.Add(i);
                continue;
            }

            Displaced[i] = outcome.Displaced;
            _results[i] = outcome.State switch
            {
                ClaimState.Claimed => new ClaimResult { Outcome = Outcome.Claimed, Epoch = outcome.Epoch, Resumed = outcome.Resumed },
                ClaimState.NotResumed => _refused[i] ?? Result(Outcome.WrongToken, "the token was issued before the user's tokens were revoked"),
                ClaimState.Overtaken => Result(Outcome.Overtaken, "a newer login, a kick or a revocation is stored"),
                _ => Result(Outcome.Unavailable, "the session store doesn't answer"),
            };
        }

        return again;
    }

    private SessionClaim ToStore(int i)
    {
        var claim = request.Claims[i];
        var perDevice = apps.Find(claim.App)?.Devices == DevicePolicy.PerDevice;
        var session = new Session
        {
            App = claim.App,
            User = claim.User,
            Device = perDevice ? claim.Device : "",
            Key = new SessionKey { Session = claim.Session },
            Incarnation = request.Incarnation,
            RemoteAddress = claim.RemoteAddress,
            ClientVersion = claim.ClientVersion,
            ChatClient = claim.ChatClient,
            NamedDevice = claim.Device,
            Sdk = claim.Sdk,
            State = claim.HasHeldEpoch ? claim.State : SessionState.Alive,
        };
        return new SessionClaim(
            session,
            perDevice,
            claim.HasHeldEpoch ? claim.HeldEpoch : null,
            _seenRevocations[i],
            claim.HasResumeEpoch && !claim.HasHeldEpoch ? claim.ResumeEpoch : null,
            HasToken: _refused[i] is null,
            SignedAt: claim.HasSignedAtUs && !claim.HasHeldEpoch ? claim.SignedAtUs : null);
    }
}
