using Microservices.Cli.CommandLine;
using Microservices.Client;
using Microservices.Client.Messages;
using Microservices.Protocol;

namespace Microservices.Cli.Chat;

/// <summary>Sends what is typed until the user quits, the input ends, or the server ends the session for good.</summary>
internal sealed class Conversation(PushClient client, ChatScreen screen, TextReader input, bool stayAfterInput)
{
    // How long an error about the last message is waited for when the input, a pipe, is at its end.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    private SentMessage? _last;
    private bool _isToldHow;

    /// <exception cref="CliException">The server ended the session for good; the message says why.</exception>
    /// <exception cref="OperationCanceledException">Ctrl+C.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        client.ChatReceived += screen.Show;
        client.PushReceived += screen.Show;
        client.ErrorReceived += screen.Show;
        client.StateChanged += Show;
        try
        {
            await client.ConnectAsync(cancellationToken);
            while (await NextLineAsync(cancellationToken) is { } line && await ObeyAsync(ChatLine.Parse(line), cancellationToken))
            {
            }
        }
        catch (PushClientException fault)
        {
            throw new CliException(fault.Message.Length > 0 ? $"{CodeTable.NameOf(fault.Code)}: {fault.Message}" : CodeTable.NameOf(fault.Code));
        }

        await client.CloseAsync();
    }

    private void Show(ClientState state)
    {
        screen.Show(state);
        if (state.Phase == ClientPhase.Verified && !_isToldHow)
        {
            _isToldHow = true;
            screen.Hint($"type {ChatLine.Usage}");
        }
    }

    // Null: the input is at its end.
    private async Task<string?> NextLineAsync(CancellationToken cancellationToken)
    {
        // The console's reader blocks and cannot be cancelled: it waits on a thread of its own, which dies with the process.
        var reading = Task.Factory.StartNew(input.ReadLine, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await WaitAsync(reading, cancellationToken);
        if (await reading is { } line)
        {
            return line;
        }

        if (stayAfterInput)
        {
            await WaitAsync(Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken), cancellationToken);
        }

        if (_last is not null)
        {
            await WaitAsync(_last.WaitForErrorAsync(Linger, cancellationToken), cancellationToken);
        }

        return null;
    }

    private async Task WaitAsync(Task task, CancellationToken cancellationToken)
    {
        if (await Task.WhenAny(task, client.Completion).WaitAsync(cancellationToken) != task)
        {
            var end = client.State;
            throw new PushClientException(end.Code, end.Message);
        }
    }

    // False: the user quits.
    private async Task<bool> ObeyAsync(ChatLine line, CancellationToken cancellationToken)
    {
        try
        {
            switch (line)
            {
                case ChatLine.Quit:
                    return false;
                case ChatLine.NotUnderstood(var hint):
                    screen.Hint(hint);
                    break;
                case ChatLine.ToAll(var text):
                    _last = await client.BroadcastChatAsync(text, cancellationToken);
                    break;
                case ChatLine.To([var user], var text):
                    _last = await client.SendChatAsync(user, text, cancellationToken);
                    break;
                case ChatLine.To(var users, var text):
                    _last = await client.SendGroupChatAsync(users, text, cancellationToken);
                    break;
                default:
                    // An empty line.
                    break;
            }
        }
        catch (PushClientException fault)
        {
            screen.Hint($"not sent: {fault.Message}");
        }

        return true;
    }
}
