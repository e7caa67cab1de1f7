namespace Microservices.Center.Sharing;

/// <summary>A part of a call to register. Whoever gave it in waits for it: it is settled, or fails.</summary>
internal interface ISharedWork
{
    /// <summary>How many of the things it has that a call takes a limited number of.</summary>
    int Items { get; }

    long Bytes { get; }

    /// <summary>Nobody waits any more: it isn't begun.</summary>
    bool IsAbandoned { get; }

    void Abandon();

    void Fail(Exception fault);
}
