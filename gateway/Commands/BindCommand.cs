using System.Buffers;
using System.Globalization;
using Microservices.Contracts;
using Microservices.Gateway.Binding;
using Microservices.Gateway.Connections;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.Tokens;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Commands;

/// <summary>
/// Command 7: a further app on a verified connection. From here on it is a login as any other, by the app's own token, for a session of its own;
/// the connection reads nothing more until it is answered.
/// </summary>
internal sealed class BindCommand(VerifyCommand verifies, TokenRenewals renewals, BindMetrics metrics, IOptions<BindingOptions> options, TimeProvider time) : ICommandHandler
{
    public Command Command => Command.Bind;

    public bool WorksUnverified => false;

    public Task? Handle(Connection connection, in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        var first = connection.Session!;
        if (first.IsChatClient)
        {
            // Not of their protocol.
            CommandTable.RefuseUnknown(connection, Command.Bind);
            return null;
        }

        var bind = FrameBody.Read<Bind>(header, body);
        if (!connection.Bindings.TryTake(options.Value, time.GetElapsedTime(0), out var retryAfterMs))
        {
            metrics.Bind(BindOutcome.RateLimited);
            connection.Fail(
                Command.Bind,
                bind.Id,
                Code.RateLimited,
                string.Create(CultureInfo.InvariantCulture, $"More than {options.Value.BindsPerSecond} binds a second; the next one in {retryAfterMs} ms."),
                retryAfterMs,
                Identifiers.FaultOfApp(bind.App) is null ? bind.App : "");
            return null;
        }

        if (connection.SessionOf(bind.App) is { } bound && IsRenewal(bound, bind))
        {
            return renewals.BeginFor(connection, bound, Command.Bind, bind.Id, bind.Token);
        }

        if (FaultOf(connection, bind) is var (code, outcome, message))
        {
            metrics.Bind(outcome);
            connection.RefuseBind(bind.App, bind.Id, code, message);
            return null;
        }

        var verify = new Verify
        {
            App = bind.App,
            User = bind.User,
            Token = bind.Token,
            Device = bind.Device,
            Resume = bind.Resume,
            Features = bind.Features,
            Id = bind.Id,
            Sdk = first.Sdk,
        };
        return verifies.LogIn(connection, verify, header.Version);
    }

    /// <summary>The app is bound by a signed token, and this is another one of the same user. What the bind leaves out is the session's.</summary>
    private static bool IsRenewal(Session session, Bind bind) =>
        session is { IsBound: true, Token: not null }
        && (bind.User.Length == 0 || bind.User == session.User)
        && (bind.Device.Length == 0 || bind.Device == session.Device)
        && session.App.Policy.Tokens.IsSigned(bind.Token);

    private (Code Code, BindOutcome Outcome, string Message)? FaultOf(Connection connection, Bind bind)
    {
        if (Identifiers.FaultOfApp(bind.App) is { } fault)
        {
            return (Code.InvalidArgument, BindOutcome.Invalid, fault);
        }

        if (connection.SessionOf(bind.App) is not null)
        {
            return (Code.AlreadyBound, BindOutcome.AlreadyBound, "The app has a session on this connection.");
        }

        return connection.Bound.Length >= options.Value.MaxApps
            ? (Code.TooManyApps, BindOutcome.TooManyApps, string.Create(CultureInfo.InvariantCulture, $"{connection.Bound.Length} apps are bound; the limit is {options.Value.MaxApps}."))
            : null;
    }
}
