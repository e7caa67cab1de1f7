using Microservices.Client;
using Microservices.Client.Apps;
using Microservices.Client.Messages;

namespace Microservices.Cli.Receive;

/// <summary>Shows what a user receives.</summary>
internal interface IReceivePrinter
{
    void Show(PushMessage push);

    void Show(ChatMessage chat);

    void Show(LogRestart restart);

    void Show(ServerError error);

    void Show(ClientState state);

    void Show(AppState state);

    /// <summary>It is over.</summary>
    void Show(ReceivedCounts counts);
}
