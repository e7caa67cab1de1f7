using System.Buffers;
using System.Threading.Channels;
using Microservices.Client.Messages;
using Microservices.Client.Receiving;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Client.Connections;

/// <summary>What the client does on one connection: verifies, then heartbeats, and sorts what arrives.</summary>
internal sealed class Session(
    Connection connection,
    PushClientOptions options,
    Credentials credentials,
    ResumeTicket ticket,
    HeartbeatPace pace,
    Inbox inbox,
    Action<VerifyResult> onVerified)
{
    private const uint Verified = 1;
    private const int MaxAnswers = 4;
    private const string Sdk = "microservices-dotnet/0.1.0";

    private readonly Channel<VerifyResult> _answers =
        Channel.CreateBounded<VerifyResult>(new BoundedChannelOptions(MaxAnswers) { FullMode = BoundedChannelFullMode.DropWrite });

    // What the latest verify was sent with; written before it is sent.
    private volatile string _token = "";
    private long _verifiedAt;

    private volatile bool _isAnswered;

    // A verify on the verified connection is not answered yet.
    private volatile bool _isRenewing;

    // Where what arrives is to be acknowledged; null: nowhere.
    private Connection? _acknowledgeOn;

    /// <summary>A login has succeeded on this connection.</summary>
    public bool IsVerified { get; private set; }

    /// <summary>A verify was sent and nothing was said to it: the server may yet log this client in.</summary>
    public bool IsUnanswered => _token.Length > 0 && !_isAnswered;

    /// <summary>For how long; null = never.</summary>
    public TimeSpan? VerifiedFor => IsVerified ? options.TimeProvider.GetElapsedTime(_verifiedAt) : null;

    /// <summary>Verifies, then beats until the connection ends.</summary>
    public async Task RunAsync(string token, CancellationToken cancellationToken)
    {
        var answer = await VerifyAsync(token, cancellationToken);
        if (IsWrongToken(answer) && credentials.CanRenew)
        {
            answer = await VerifyAsync(await credentials.GetAsync(cancellationToken), cancellationToken);
        }

        if (answer.Code != Verified)
        {
            var refusal = Refusal.Of(answer);
            connection.End(refusal with { Action = ActionOf(refusal.Code, ClientAction.BackOff) ?? refusal.Action });
            return;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewing = new TokenRenewal(connection, options, credentials, RenewAsync).RunAsync(answer.TokenExpiresMs, ended.Token);
        try
        {
            await Task.WhenAll(
                new HeartbeatLoop(connection, options, pace).RunAsync(answer.Features.Contains(Features.HeartbeatAck), cancellationToken),
                inbox.Apps.RunAsync(connection, cancellationToken));
        }
        finally
        {
            await ended.CancelAsync();
            await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Takes one frame, on the reading loop.</summary>
    /// <exception cref="ProtocolException">Its body does not parse.</exception>
    public void OnFrame(in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        switch (header.Command)
        {
            case Command.VerifyResult:
                OnAnswer(FrameBody.Read<VerifyResult>(header, body));
                break;
            case Command.SingleChatDelivery:
                OnChat(ChatAudience.One, FrameBody.Read<ChatDelivery>(header, body));
                break;
            case Command.GroupChatDelivery:
                OnChat(ChatAudience.Several, FrameBody.Read<ChatDelivery>(header, body));
                break;
            case Command.BroadcastChatDelivery:
                OnChat(ChatAudience.All, FrameBody.Read<ChatDelivery>(header, body));
                break;
            case Command.Push:
                OnPush(FrameBody.Read<PushDelivery>(header, body));
                break;
            case Command.Page:
                inbox.Fetches.Complete(FrameBody.Read<Page>(header, body));
                break;
            case Command.HeartbeatAck:
                pace.Apply(FrameBody.Read<HeartbeatAck>(header, body).HeartbeatMs);
                break;
            case Command.BindResult:
                inbox.Apps.OnAnswer(FrameBody.Read<BindResult>(header, body), connection);
                break;
            case Command.Unbound:
                inbox.Apps.OnUnbound(FrameBody.Read<Unbound>(header, body), connection);
                break;
            case Command.Directive:
                OnDirective(FrameBody.Read<Directive>(header, body));
                break;
            case Command.Error:
                OnError(FrameBody.Read<Error>(header, body));
                break;
            default:
                break; // younger than this client
        }
    }

    private Task<VerifyResult> VerifyAsync(string token, CancellationToken cancellationToken) => VerifyAsync(
        new Verify
        {
            User = options.User,
            Token = token,
            App = options.App,
            Device = options.Device,
            Network = options.Network,
            HeartbeatMs = (uint)pace.Interval.TotalMilliseconds,
            Resume = ticket.For(token),
            Sdk = Sdk,
            Features = options.Receive.Acknowledge == AcknowledgeMode.AfterHandler ? [Features.HeartbeatAck, Features.Ack] : [Features.HeartbeatAck],
        },
        cancellationToken);

    private async Task<VerifyResult> RenewAsync(string token, CancellationToken cancellationToken)
    {
        _isRenewing = true;
        try
        {
            return await VerifyAsync(new Verify { User = options.User, Token = token, App = options.App, Device = options.Device, Sdk = Sdk }, cancellationToken);
        }
        finally
        {
            _isRenewing = false;
        }
    }

    private async Task<VerifyResult> VerifyAsync(Verify verify, CancellationToken cancellationToken)
    {
        _token = verify.Token;
        connection.TrySend(FrameWriter.ToArray(ProtocolVersion.Current, Command.Verify, verify));
        try
        {
            return await _answers.Reader.ReadAsync(cancellationToken).AsTask()
                .WaitAsync(options.ConnectTimeout, options.TimeProvider, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"No answer to verify within {options.ConnectTimeout}.");
        }
    }

    private void OnAnswer(VerifyResult answer)
    {
        _isAnswered = true;
        // Here, on the reading loop, so that nothing that follows the answer arrives before the client knows that it is logged in.
        if (answer.Code == Verified && !IsVerified)
        {
            IsVerified = true;
            _verifiedAt = options.TimeProvider.GetTimestamp();
            _acknowledgeOn = answer.Features.Contains(Features.Ack) ? connection : null;
            ticket.Keep(answer.Resume, _token, isSigned: answer.TokenExpiresMs > 0);
            pace.Apply(answer.HeartbeatMs);
            connection.MaxSendBytes = answer.Limits is { MaxFrameBytes: > 0 } limits ? limits.MaxFrameBytes : Frame.DefaultMaxBytes;
            onVerified(answer);
        }
        else if (answer.Code == Verified && answer.Resume.Length > 0)
        {
            // Renewed: this ticket is good for as long as the new token.
            ticket.Keep(answer.Resume, _token, isSigned: true);
        }

        _answers.Writer.TryWrite(answer);
    }

    private void OnChat(ChatAudience audience, ChatDelivery chat)
    {
        if (inbox.Apps.SourceOf(chat.App, _acknowledgeOn, connection) is { } source)
        {
            inbox.Messages.Take(WaitingMessage.Of(ChatMessage.Of(audience, chat), source), connection);
        }
    }

    private void OnPush(PushDelivery push)
    {
        if (inbox.Apps.SourceOf(push.App, _acknowledgeOn, connection) is { } source)
        {
            inbox.Messages.Take(WaitingMessage.Of(PushMessage.Of(push), source), connection);
        }
    }

    private void OnDirective(Directive directive)
    {
        var action = directive.Action switch
        {
            _ when ActionOf(directive.Code, ClientAction.Reconnect) is { } byToken => byToken,
            _ when CodeTable.ActionOf(directive.Code) is not ClientAction.Continue and var byCode => byCode,
            DirectiveAction.Reconnect => ClientAction.Reconnect,
            DirectiveAction.BackOff => ClientAction.BackOff,
            DirectiveAction.LogOut => ClientAction.Stop,
            _ => ClientAction.Continue,
        };
        if (action != ClientAction.Continue)
        {
            connection.End(new ConnectionEnd(action, directive.Code, directive.Message)
            {
                RetryAfter = TimeSpan.FromMilliseconds(directive.AfterMs),
                Addresses = directive.Addresses,
            });
        }
    }

    private void OnError(Error error)
    {
        var retryAfter = TimeSpan.FromMilliseconds(error.RetryAfterMs);
        var action = ActionOf(error.Code, ClientAction.Reconnect) ?? CodeTable.ActionOf(error.Code);
        if (action != ClientAction.Continue)
        {
            connection.End(new ConnectionEnd(action, error.Code, error.Message) { RetryAfter = retryAfter });
        }
        else if (error.Command == Command.Verify && !IsVerified)
        {
            _isAnswered = true;
            connection.End(Refusal.Of(error.Code, error.Message, retryAfter));
        }
        else if (error.Command == Command.Verify && _isRenewing)
        {
            _answers.Writer.TryWrite(new VerifyResult { Reason = error.Reason });
        }
        else if (inbox.Apps.TryFail(error))
        {
            return;
        }
        else if (new ServerError(error.Command, error.Id, error.Code, error.Reason, error.Message, retryAfter) is var told && !inbox.Fetches.TryFail(told))
        {
            inbox.Error(told);
        }
    }

    /// <summary>An expired token is nothing to stop for where another one can be had.</summary>
    private ClientAction? ActionOf(Code code, ClientAction withAnother) => code == Code.TokenExpired && credentials.CanRenew ? withAnother : null;

    private static bool IsWrongToken(VerifyResult answer) => answer.Code != Verified
        && (answer.Reason.Length == 0 || answer.Reason == CodeTable.NameOf(Code.WrongToken) || answer.Reason == CodeTable.NameOf(Code.TokenExpired));
}
