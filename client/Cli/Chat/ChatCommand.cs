using System.CommandLine;
using Microservices.Cli.CommandLine;

namespace Microservices.Cli.Chat;

/// <summary><c>chat</c>: logs in as a user, sends what is typed, and shows what arrives.</summary>
internal static class ChatCommand
{
    public static Command Create(Terminal terminal) => new("chat", "Chat as a user, and see pushes.");
}
