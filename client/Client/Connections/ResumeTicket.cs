namespace Microservices.Client.Connections;

/// <summary>The ticket by which the next login takes the session over. It is as good as a token: it is never shown, and kept in memory only.</summary>
internal sealed class ResumeTicket
{
    // What the protocol allows; a longer one is not a ticket.
    private const int MaxLength = 512;

    private string _ticket = "";
    private string _token = "";
    private bool _isSigned;

    /// <summary>
    /// The ticket to send along with <paramref name="token"/>; empty = none. Another token than it was given for: the ticket is dropped, unless tokens of
    /// its kind follow one another.
    /// </summary>
    public string For(string token)
    {
        if (token != _token && !_isSigned)
        {
            Drop();
        }

        return _ticket;
    }

    /// <summary>
    /// A login with <paramref name="token"/> succeeded and brought this ticket, or none. <paramref name="isSigned"/>: the token has an end, and another one follows it.
    /// </summary>
    public void Keep(string ticket, string token, bool isSigned)
    {
        _isSigned = isSigned;
        _ticket = ticket.Length <= MaxLength ? ticket : "";
        _token = token;
    }

    /// <summary>The session has ended for good.</summary>
    public void Drop() => Keep("", "", isSigned: false);
}
