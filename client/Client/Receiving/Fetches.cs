using System.Globalization;
using System.Threading.Channels;
using Microservices.Client.Apps;
using Microservices.Client.Connections;
using Microservices.Client.Messages;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Client.Receiving;

/// <summary>Reads pages of channels, one at a time: on the connection that there is, and again on the next one when it breaks.</summary>
internal sealed class Fetches(PushClientOptions options, BoundApps apps) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _one = new(1);
    private readonly Lock _sync = new();
    private TaskCompletionSource<Connection> _connected = NewConnected();
    private string _id = "";
    private TaskCompletionSource<Page>? _pending;
    private long _count;

    /// <summary>There is a verified connection.</summary>
    public void Connected(Connection connection)
    {
        lock (_sync)
        {
            if (_connected.Task.IsCompleted)
            {
                _connected = NewConnected();
            }

            _connected.TrySetResult(connection);
        }
    }

    /// <summary>There is none any more; another one may come.</summary>
    public void Disconnected()
    {
        lock (_sync)
        {
            if (_connected.Task.IsCompleted)
            {
                _connected = NewConnected();
            }
        }
    }

    /// <summary>No other one will come.</summary>
    public void Stopped()
    {
        lock (_sync)
        {
            if (_connected.Task.IsCompleted)
            {
                _connected = NewConnected();
            }

            _connected.TrySetException(new PushClientException(Code.Goodbye, "The client has stopped."));
            _ = _connected.Task.Exception; // nobody may be waiting
        }
    }

    /// <summary>A page arrived.</summary>
    public void Complete(Page page)
    {
        lock (_sync)
        {
            if (page.Id == _id)
            {
                _pending?.TrySetResult(page);
            }
        }
    }

    /// <summary>An error arrived.</summary>
    /// <returns>It was about a fetch.</returns>
    public bool TryFail(ServerError error)
    {
        if (error.Command != Command.Fetch)
        {
            return false;
        }

        lock (_sync)
        {
            // One without an id is of a server that doesn't know the command.
            if (error.Id == _id || error.Id.Length == 0)
            {
                _pending?.TrySetException(new FetchException(error));
            }
        }

        return true;
    }

    /// <summary>Reads a page. Waits while there is no connection, and when the server says to come later, or an app is not bound again yet.</summary>
    /// <param name="app">The app as frames name it.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="after">The page begins behind it.</param>
    /// <param name="limit">How many messages at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PushClientException">The server refuses it, or the client has stopped.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task<MessagePage> ReadAsync(string app, string channel, MessagePosition after, int limit, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                if (await TryReadAsync(app, channel, after, limit, cancellationToken) is { } page)
                {
                    var messages = page.Messages.Select(PushMessage.Of).ToArray();
                    return new MessagePage(page.Channel, messages, new MessagePosition(page.Epoch, page.Seq), page.More);
                }
            }
        }
        finally
        {
            lock (_sync)
            {
                _pending = null;
            }

            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    // Null: again.
    private async Task<Page?> TryReadAsync(string app, string channel, MessagePosition after, int limit, CancellationToken cancellationToken)
    {
        Task<Connection> connected;
        TaskCompletionSource<Page> pending;
        string id;
        lock (_sync)
        {
            connected = _connected.Task;
            pending = _pending = new TaskCompletionSource<Page>(TaskCreationOptions.RunContinuationsAsynchronously);
            id = _id = string.Create(CultureInfo.InvariantCulture, $"fetch-{++_count}");
        }

        var connection = await connected.WaitAsync(cancellationToken);
        var fetch = new Fetch { Channel = channel, Epoch = after.Epoch, Seq = after.Seq, Limit = (uint)limit, Id = id, App = app };
        try
        {
            await connection.SendAsync(FrameWriter.ToArray(ProtocolVersion.Current, Command.Fetch, fetch, connection.MaxSendBytes), cancellationToken);
            var answered = await Task.WhenAny(pending.Task, connection.Ended).WaitAsync(options.ConnectTimeout, options.TimeProvider, cancellationToken);
            if (answered == pending.Task)
            {
                return await pending.Task;
            }
        }
        catch (ProtocolException fault)
        {
            throw new PushClientException(fault.Code, fault.Message, fault);
        }
        catch (ChannelClosedException)
        {
            // The connection has ended.
        }
        catch (TimeoutException)
        {
            return null;
        }
        catch (FetchException refused) when (refused.Error.Code is Code.TryLater or Code.RateLimited || refused.Error.RetryAfter > TimeSpan.Zero || (refused.Error.Code == Code.NotBound && apps.IsWanted(app)))
        {
            var named = refused.Error.RetryAfter < options.Reconnect.MaxRetryAfter ? refused.Error.RetryAfter : options.Reconnect.MaxRetryAfter;
            await Task.Delay(named > TimeSpan.Zero ? named : Pause, options.TimeProvider, cancellationToken);
            return null;
        }
        catch (FetchException refused)
        {
            throw new PushClientException(refused.Error.Code, refused.Error.Message, refused);
        }

        await WaitForAnotherAsync(connected, cancellationToken);
        return null;
    }

    private async Task WaitForAnotherAsync(Task<Connection> ended, CancellationToken cancellationToken)
    {
        // A connection that has ended is told to this class a moment later.
        Task<Connection> next;
        lock (_sync)
        {
            if (_connected.Task == ended)
            {
                _connected = NewConnected();
            }

            next = _connected.Task;
        }

        await next.WaitAsync(cancellationToken);
    }

    private static TaskCompletionSource<Connection> NewConnected() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class FetchException(ServerError error) : Exception(error.Message)
    {
        public ServerError Error { get; } = error;
    }
}
