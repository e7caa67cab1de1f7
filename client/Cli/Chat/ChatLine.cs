namespace Microservices.Cli.Chat;

/// <summary>What a typed line asks for.</summary>
internal abstract record ChatLine
{
    /// <summary>Nothing was typed.</summary>
    public sealed record Nothing : ChatLine;

    /// <summary><c>bob hello</c>, <c>@bob hello</c>, <c>@bob,carol hello</c>.</summary>
    public sealed record To(IReadOnlyList<string> Users, string Text) : ChatLine;

    /// <summary><c>@all hello</c>.</summary>
    public sealed record ToAll(string Text) : ChatLine;

    /// <summary><c>/quit</c>.</summary>
    public sealed record Quit : ChatLine;

    /// <summary>Anything else, with what to tell the user.</summary>
    public sealed record NotUnderstood(string Hint) : ChatLine;

    public const string Usage = "USER text, @USER,USER text, @all text, or /quit";

    public static ChatLine Parse(string line)
    {
        line = line.Trim();
        if (line.Length == 0)
        {
            return new Nothing();
        }

        if (line[0] == '/')
        {
            return line is "/quit" or "/exit" ? new Quit() : new NotUnderstood($"There is no {line.Split(' ')[0]}; type {Usage}.");
        }

        var space = line.IndexOfAny([' ', '\t']);
        var to = space < 0 ? line : line[..space];
        var text = space < 0 ? "" : line[space..].Trim();
        if (text.Length == 0)
        {
            return new NotUnderstood($"There is no text for {to}; type {Usage}.");
        }

        if (to == "@all")
        {
            return new ToAll(text);
        }

        // Only behind an @ does a comma separate: a user's name may hold one.
        string[] users = to[0] == '@' ? to[1..].Split(',', StringSplitOptions.RemoveEmptyEntries) : [to];
        return users.Length == 0 ? new NotUnderstood($"There is no user before the text; type {Usage}.") : new To(users, text);
    }
}
