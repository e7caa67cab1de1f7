using System.Globalization;
using System.Threading.Channels;
using Microservices.Client.Connections;
using Microservices.Client.Receiving;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Client.Apps;

/// <summary>The loop that binds, and what becomes of a bind.</summary>
internal sealed partial class BoundApps
{
    /// <summary>Binds what is wanted on a verified connection, until it ends.</summary>
    public async Task RunAsync(Connection connection, CancellationToken cancellationToken)
    {
        while (true)
        {
            BoundApp? next;
            Task changed;
            TimeSpan left;
            lock (_sync)
            {
                changed = _changed.Task;
                (next, left) = Next(connection);
            }

            if (next is not null && left <= TimeSpan.Zero)
            {
                await BindAsync(next, connection, cancellationToken);
                continue;
            }

            // A delay of a part of a millisecond would be none.
            await Task.WhenAny(next is null ? Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken) : Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), _time, cancellationToken), changed);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Which app is to be bound next, and in how long.</summary>
    private (BoundApp? App, TimeSpan Left) Next(Connection connection) => _apps.Values
        .Where(app => (app.On != connection || app.Good is not null) && !app.IsLeaving)
        .Select(app => ((BoundApp?)app, app.PutOff.For - (app.PutOff.For > TimeSpan.Zero ? _time.GetElapsedTime(app.PutOff.Since) : TimeSpan.Zero)))
        .DefaultIfEmpty((null, TimeSpan.Zero))
        .MinBy(static next => next.Item2);

    private async Task BindAsync(BoundApp app, Connection connection, CancellationToken cancellationToken)
    {
        try
        {
            var token = await app.Credentials.GetAsync(cancellationToken);
            var answer = await AskAsync(app, token, connection, cancellationToken);
            if (IsWrongToken(answer) && app.Credentials.CanRenew)
            {
                answer = await AskAsync(app, await app.Credentials.GetAsync(cancellationToken), connection, cancellationToken);
            }

            if (answer.Code == 0)
            {
                Refused(app, answer);
            }
        }
        catch (TokenException fault)
        {
            PutOff(app, TimeSpan.Zero, Code.TryLater, fault.Message);
        }
        catch (TimeoutException)
        {
            PutOff(app, TimeSpan.Zero, Code.TryLater, $"No answer to a bind within {options.ConnectTimeout}.");
        }
    }

    private async Task<BindResult> AskAsync(BoundApp app, string token, Connection connection, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<BindResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        Bind bind;
        lock (_sync)
        {
            bind = new Bind
            {
                App = app.Identity.App,
                User = app.Identity.User,
                Token = token,
                Device = app.Identity.Device,
                Resume = app.Ticket.For(token),
                Features = options.Receive.Acknowledge == AcknowledgeMode.AfterHandler ? [Features.Ack] : [],
                Id = string.Create(CultureInfo.InvariantCulture, $"bind-{++_count}"),
            };
            app.Token = token;
            _known.Add(bind.App);
            _pending = (bind.Id, answer);
        }

        try
        {
            await connection.SendAsync(FrameWriter.ToArray(ProtocolVersion.Current, Command.Bind, bind, connection.MaxSendBytes), cancellationToken);
            return await answer.Task.WaitAsync(options.ConnectTimeout, _time, cancellationToken);
        }
        catch (ChannelClosedException fault)
        {
            throw new OperationCanceledException("The connection has ended.", fault);
        }
        catch (ProtocolException fault)
        {
            return new BindResult { Reason = CodeTable.NameOf(fault.Code), Message = fault.Message };
        }
        finally
        {
            lock (_sync)
            {
                _pending = null;
                if (!answer.Task.IsCompleted)
                {
                    // The server may make that login after a later one.
                    app.Late.Add();
                }
            }
        }
    }

    private void Refused(BoundApp app, BindResult answer)
    {
        var code = CodeTable.All.FirstOrDefault(row => row.Name == answer.Reason)?.Code ?? Code.WrongToken;
        var end = Refusal.Of(code, answer.Message, TimeSpan.FromMilliseconds(answer.RetryAfterMs));
        if (IsBound(app))
        {
            // It goes on with the token that it has, or was bound by an answer that came too late.
            return;
        }

        // An older gateway does not know the command; the next connection may be to another one. After an expired token another one may be had.
        var mayPass = code == Code.UnknownCommand || (code == Code.TokenExpired && app.Credentials.CanRenew);
        if (end.Action == ClientAction.Stop && !mayPass)
        {
            End(app, code, answer.Message.Length > 0 ? answer.Message : $"The server refused the bind: {answer.Reason}.");
        }
        else
        {
            PutOff(app, end.RetryAfter, code, answer.Message);
        }
    }

    /// <summary>One that is bound stays bound while its token is good; until then it is tried again, sooner and sooner.</summary>
    private bool IsBound(BoundApp app)
    {
        lock (_sync)
        {
            if (app.On is not null)
            {
                RenewLater(app);
            }

            return app.On is not null;
        }
    }

    /// <summary>Puts the bind off that renews the session; when there is no more time for one, 115 comes.</summary>
    private void RenewLater(BoundApp app)
    {
        var left = app.Good is { } good ? good.For - _time.GetElapsedTime(good.Since) : TimeSpan.Zero;
        if (left > TokenRenewal.MinPause)
        {
            app.PutOff = (_time.GetTimestamp(), TokenRenewal.PauseFor(left));
        }
        else
        {
            app.Good = null;
        }
    }

    private void PutOff(BoundApp app, TimeSpan named, Code code, string message)
    {
        if (IsBound(app))
        {
            return;
        }

        var bounded = named < options.Reconnect.MaxRetryAfter ? named : options.Reconnect.MaxRetryAfter;
        var pause = (bounded > TimeSpan.Zero ? bounded : Pause) * (1 + (Random.Shared.NextDouble() / 2));
        lock (_sync)
        {
            app.PutOff = (_time.GetTimestamp(), pause);
            Wake();
        }

        onState(new AppState(app.Identity.App, AppPhase.Waiting) { Code = code, Message = message });
    }

    private void End(BoundApp app, Code code, string message)
    {
        lock (_sync)
        {
            if (!_apps.Remove(app.Identity.App))
            {
                return;
            }

            app.On = null;
        }

        app.Ticket.Drop();
        app.Left.TrySetResult();
        app.First.TrySetException(new PushClientException(code, message));
        _ = app.First.Task.Exception; // nobody may be waiting
        onState(new AppState(app.Identity.App, AppPhase.Ended) { Code = code, Message = message });
    }

    private void Wake()
    {
        _changed.TrySetResult();
        _changed = NewSource();
    }

    private static bool IsWrongToken(BindResult answer) => answer.Code == 0 && (answer.Reason == CodeTable.NameOf(Code.WrongToken) || answer.Reason == CodeTable.NameOf(Code.TokenExpired));

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
