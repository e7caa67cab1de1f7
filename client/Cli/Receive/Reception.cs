using Microservices.Cli.CommandLine;
using Microservices.Client;
using Microservices.Client.Apps;
using Microservices.Client.Messages;
using Microservices.Protocol;

namespace Microservices.Cli.Receive;

/// <summary>Shows what a client receives, until so many messages were shown or the server ends the session for good.</summary>
internal sealed class Reception(IReceivePrinter printer, IReadOnlyList<AppLogin> apps, TimeSpan slow, bool fetches, int count)
{
    private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PushClient? _client;
    private int _shown;

    /// <exception cref="CliException">The server ended the session for good; the message says why.</exception>
    /// <exception cref="OperationCanceledException">Ctrl+C.</exception>
    public async Task RunAsync(PushClient client, CancellationToken cancellationToken)
    {
        _client = client;
        client.LogRestarted += printer.Show;
        client.ErrorReceived += printer.Show;
        client.StateChanged += printer.Show;
        client.AppChanged += printer.Show;
        try
        {
            await client.ConnectAsync(cancellationToken);
            foreach (var app in apps)
            {
                await client.BindAsync(app, cancellationToken);
            }

            if (await Task.WhenAny(_enough.Task, client.Completion).WaitAsync(cancellationToken) == client.Completion)
            {
                await client.Completion;
                throw new PushClientException(client.State.Code, client.State.Message);
            }
        }
        catch (PushClientException fault)
        {
            throw new CliException(fault.Message.Length > 0 ? $"{CodeTable.NameOf(fault.Code)}: {fault.Message}" : CodeTable.NameOf(fault.Code));
        }
        finally
        {
            // What was shown is acknowledged on the way out, also after Ctrl+C.
            await client.CloseAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            printer.Show(client.Received);
        }
    }

    public async ValueTask TakeAsync(PushMessage push, CancellationToken cancellationToken)
    {
        if (await BeginAsync(cancellationToken))
        {
            // An expired one is shown as it came.
            printer.Show(fetches && push.IsNotify ? await _client!.FetchAsync(push, cancellationToken) ?? push : push);
            End();
        }
    }

    public async ValueTask TakeAsync(ChatMessage chat, CancellationToken cancellationToken)
    {
        if (await BeginAsync(cancellationToken))
        {
            printer.Show(chat);
            End();
        }
    }

    private async ValueTask<bool> BeginAsync(CancellationToken cancellationToken)
    {
        if (_enough.Task.IsCompleted)
        {
            // Left for the next time: not acknowledged.
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return false;
        }

        if (slow > TimeSpan.Zero)
        {
            await Task.Delay(slow, cancellationToken);
        }

        return true;
    }

    private void End()
    {
        if (++_shown >= count)
        {
            _enough.TrySetResult();
        }
    }
}
