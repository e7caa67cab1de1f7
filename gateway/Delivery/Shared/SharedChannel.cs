using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Sessions;

namespace Microservices.Gateway.Delivery.Shared;

/// <summary>
/// The channel "all" of one app as this room has it: a state machine without IO. Whatever tells of it (the bus, the lease, the log, its sessions) tells
/// it here, in any order; what comes out is in order and complete, as pages for everybody.
/// <list type="number">
/// <item>What comes right behind <see cref="Told"/> is for everybody, at once; what leaves a gap waits for a moment, then the log is read, once.</item>
/// <item>A session that is behind reads what is here. What is not here is read once, for all who wait; the lowest position first.</item>
/// </list>
/// Thread-safe; it calls nobody.
/// </summary>
internal sealed class SharedChannel(SharedLimits limits)
{
    private readonly Lock _sync = new();
    private readonly SharedCache _cache = new(limits);
    private readonly SortedList<LogPosition, KeptContent> _early = [];
    private readonly Dictionary<Session, LogPosition> _waiting = [];
    private LogPosition _head;
    private LogPosition _told;

    // The furthest that something told of since the latest reading at the end began.
    private LogPosition _known;
    private int _earlyBytes;
    private long? _missingSinceMs;
    private bool _isKnown;
    private bool _isToBeRead;

    /// <summary>The latest entry that is known of; (0, 0) = none.</summary>
    public LogPosition Head
    {
        get
        {
            lock (_sync)
            {
                return _head;
            }
        }
    }

    /// <summary>A message is missing before one that is known of, and is waited for.</summary>
    public bool HasGap
    {
        get
        {
            lock (_sync)
            {
                return _missingSinceMs is not null;
            }
        }
    }

    /// <summary>What everybody was told, in order: a session that is not there yet reads on from where it is.</summary>
    public LogPosition Told
    {
        get
        {
            lock (_sync)
            {
                return _told;
            }
        }
    }

    public int CachedEntries
    {
        get
        {
            lock (_sync)
            {
                return _cache.Entries;
            }
        }
    }

    public long CachedBytes
    {
        get
        {
            lock (_sync)
            {
                return _cache.Bytes;
            }
        }
    }

    public int Waiting
    {
        get
        {
            lock (_sync)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>A message came on the bus.</summary>
    /// <returns>What everybody is to be told; null: nothing yet, or it was told before.</returns>
    public LogPage? Accept(LogPosition position, KeptContent content, long nowMs)
    {
        lock (_sync)
        {
            if (!_isKnown)
            {
                Begin(position with { Seq = position.Seq - 1 });
            }

            See(position);
            if (position <= _told)
            {
                return null;
            }

            Keep(position, content);
            return Advance(nowMs);
        }
    }

    /// <summary>The log goes at least up to <paramref name="head"/>.</summary>
    public void SeeHead(LogPosition head, long nowMs)
    {
        lock (_sync)
        {
            if (!_isKnown)
            {
                Begin(head);
            }

            See(head);
            NoteGap(nowMs);
        }
    }

    /// <summary>Something may have been missed: the log is read once, whatever is known of it.</summary>
    public void Recheck()
    {
        lock (_sync)
        {
            _isToBeRead = true;
        }
    }

    /// <summary>What lies behind a position, for a session.</summary>
    /// <returns>Null: it is to be read, and <see cref="Take"/> names the session then.</returns>
    public LogPage? Read(Session session, LogPosition after, long nowMs)
    {
        lock (_sync)
        {
            if (_isKnown && after >= _told)
            {
                // What comes from here on is told to everybody. A cursor that is further than what this room knows has it read.
                See(after);
                NoteGap(nowMs);
                return LogPage.Empty(after, after);
            }

            if (_cache.Find(after, _told, nowMs) is { } page)
            {
                return page;
            }

            _waiting[session] = after;
            return null;
        }
    }

    /// <summary>Behind which position the log is read now; null = it isn't. Whoever asks reads, and calls <see cref="Take"/> or <see cref="Failed"/>.</summary>
    /// <param name="anybody">The app has sessions here. Without any, what is missing is not read.</param>
    /// <param name="nowMs">The present.</param>
    /// <param name="dueMs">When a gap will have been waited for; null = there is none.</param>
    public LogPosition? Wanted(bool anybody, long nowMs, out long? dueMs)
    {
        lock (_sync)
        {
            dueMs = null;
            if (!anybody && _isKnown)
            {
                _early.Clear();
                _earlyBytes = 0;
                _told = _head;

                // Nothing is missing any more, and whoever comes next has nothing read for it.
                _missingSinceMs = null;
                return null;
            }

            if (_isKnown && _isToBeRead)
            {
                return AtTheEnd();
            }

            if (_missingSinceMs is { } sinceMs)
            {
                dueMs = sinceMs + (long)limits.GapWait.TotalMilliseconds;
                if (dueMs <= nowMs)
                {
                    return AtTheEnd();
                }
            }

            return _waiting.Count > 0 ? _waiting.Values.Min() : null;
        }
    }

    /// <summary>The page that was wanted.</summary>
    /// <param name="page">What register answered.</param>
    /// <param name="nowMs">The present.</param>
    /// <param name="served">Takes the sessions that waited for it, each with what lies behind its position.</param>
    /// <returns>What everybody is to be told; null: nothing.</returns>
    public LogPage? Take(LogPage page, long nowMs, List<(Session Session, LogPage Page)> served)
    {
        lock (_sync)
        {
            if (!_isKnown)
            {
                Begin(page.Head);
            }

            _head = LogPosition.Later(_head, page.Head);
            _cache.Add(page, nowMs);
            Serve(page, served);
            LogPage? news = null;
            if (page.After <= _told && page.Covered > _told)
            {
                news = Behind(page, _told);
                _told = page.Covered;
            }

            // The rest of what this page tells of is read at once.
            _isToBeRead |= page.Head > _told;
            return Join(news, Advance(nowMs));
        }
    }

    /// <summary>What was wanted could not be read; it is wanted again.</summary>
    public void Failed()
    {
        lock (_sync)
        {
            _isToBeRead |= _isKnown;
        }
    }

    /// <summary>Sessions that ended wait for nothing.</summary>
    public void Forget(Func<Session, bool> hasEnded)
    {
        lock (_sync)
        {
            foreach (var (session, _) in _waiting)
            {
                if (hasEnded(session))
                {
                    _waiting.Remove(session);
                }
            }
        }
    }

    /// <summary>Drops what nobody asked for in a long time.</summary>
    public void Trim(long nowMs)
    {
        lock (_sync)
        {
            _cache.Trim(nowMs);
        }
    }

    private static LogPage Behind(LogPage page, LogPosition position)
    {
        if (page.After == position)
        {
            return page;
        }

        return page with { After = position, Entries = [.. page.Entries.Where(entry => entry.Position > position)] };
    }

    private static LogPage? Join(LogPage? first, LogPage? second) => first is null || second is null
        ? first ?? second
        : new LogPage([.. first.Entries, .. second.Entries], first.After, second.Covered, second.Head);

    private void Begin(LogPosition told)
    {
        _isKnown = true;
        _told = told;
        _head = LogPosition.Later(_head, told);
    }

    private void See(LogPosition position)
    {
        _head = LogPosition.Later(_head, position);
        _known = LogPosition.Later(_known, position);
    }

    /// <summary>The page will tell of everything that is known by now; what was lost with the store's data is not waited for.</summary>
    private LogPosition AtTheEnd()
    {
        _isToBeRead = false;
        _missingSinceMs = null;
        _known = _told;
        return _told;
    }

    private void Serve(LogPage page, List<(Session Session, LogPage Page)> served)
    {
        LogPage? latest = null;
        foreach (var (session, after) in _waiting)
        {
            if (after < page.After || (after >= page.Covered && page.Covered < page.Head))
            {
                continue;
            }

            _waiting.Remove(session);
            if (latest?.After != after)
            {
                latest = after >= page.Covered ? LogPage.Empty(after, after) : Behind(page, after);
            }

            served.Add((session, latest));
        }
    }

    private void Keep(LogPosition position, KeptContent content)
    {
        if (_told.IsFollowedBy(position) || (_early.Count < limits.MaxEarly && _earlyBytes + content.Bytes <= limits.MaxEarlyBytes))
        {
            if (_early.TryAdd(position, content))
            {
                _earlyBytes += content.Bytes;
            }
        }
    }

    /// <summary>Takes what follows without a gap.</summary>
    private LogPage? Advance(long nowMs)
    {
        List<PageEntry>? entries = null;
        var before = _told;
        while (_early.Count > 0 && (_early.GetKeyAtIndex(0) <= _told || _told.IsFollowedBy(_early.GetKeyAtIndex(0))))
        {
            var (position, content) = (_early.GetKeyAtIndex(0), _early.GetValueAtIndex(0));
            _early.RemoveAt(0);
            _earlyBytes -= content.Bytes;
            if (position > _told)
            {
                _told = position;
                (entries ??= []).Add(new PageEntry(position, content));
            }
        }

        NoteGap(nowMs);
        if (entries is null)
        {
            return null;
        }

        var page = new LogPage(entries, before, _told, _told);
        _cache.Add(page, nowMs);
        return page;
    }

    private void NoteGap(long nowMs)
    {
        _missingSinceMs = _known > _told ? _missingSinceMs ?? nowMs : null;
    }
}
