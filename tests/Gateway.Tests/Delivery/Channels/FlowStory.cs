using Microservices.Gateway.Delivery.Channels;

namespace Microservices.Gateway.Tests.Delivery.Channels;

/// <summary>
/// A flow in a bad world, told by a row of bytes: the bus drops, repeats and reorders, pages come late and cut, entries expire, the store loses data, the
/// client acknowledges when it likes, its outbox fills, the lease is lost. What the client gets is judged at each step and at the end.
/// </summary>
internal sealed class FlowStory(bool acknowledges)
{
    private const int PageSize = 3;

    private readonly ChannelFlow _flow = new();
    private readonly Wire _wire = new() { Acknowledges = acknowledges };
    private readonly List<LogPosition> _log = [];
    private readonly List<LogPosition> _bus = [];
    private readonly List<LogPage> _pages = [];
    private LogPosition _cursor;
    private LogPosition _head;
    private ulong _epoch = 10;
    private int _judged;
    private bool _isOpen;
    private bool _looks;
    private bool _reads;

    public void Tell(byte[] story)
    {
        for (var i = 0; i + 1 < story.Length; i += 2)
        {
            Step(story[i] % 16, story[i + 1]);
            Judge();
        }

        Finish();
    }

    private void Step(int step, int choice)
    {
        var sink = new ListSink(_wire);
        switch (step)
        {
            case 0 or 1 or 2:
                Append(choice);
                break;
            case 3 or 4 or 5 when _bus.Count > 0:
                // Any of them, and it may stay to come again.
                var position = _bus[choice % _bus.Count];
                if (choice % 3 > 0)
                {
                    _bus.Remove(position);
                }

                Follow(_flow.Offer(position, Contents.Of(), ref sink));
                break;
            case 6 when _bus.Count > 0:
                _bus.RemoveAt(choice % _bus.Count);
                break;
            case 7 or 8 when _wire.Received.Count > 0 && acknowledges:
                var known = _wire.Received[choice % _wire.Received.Count].Position;
                if (_flow.Acknowledge(known, _wire.Limits, out var needs) == AckVerdict.NeverSent)
                {
                    throw new InvalidOperationException($"{known} was sent");
                }

                Follow(needs);
                break;
            case 9 when _looks:
                _looks = false;
                Follow(_flow.Look());
                break;
            case 10 or 11 when _pages.Count > 0:
                Serve(choice);
                break;
            case 12:
                Follow(_flow.Hint(_head));
                break;
            case 13:
                _wire.Outcome = choice % 3 == 0 ? SendOutcome.Full : SendOutcome.Sent;
                _wire.HasBacklog = choice % 2 == 0;
                if (_wire.Outcome == SendOutcome.Sent && !_wire.HasBacklog && _flow.AwaitsDrain)
                {
                    Follow(_flow.Drained());
                }

                break;
            case 14:
                Reopen(choice);
                break;
            case 15 when _log.Count > 0:
                // It expires, or the store loses its tail.
                if (choice % 4 == 0)
                {
                    _log.RemoveRange(_log.Count - (1 + (choice / 4 % _log.Count)), 1 + (choice / 4 % _log.Count));
                    _head = _log.Count == 0 ? LogPosition.Start : _log[^1];
                    _epoch++;
                }
                else
                {
                    _log.RemoveAt(choice % _log.Count);
                }

                break;
        }
    }

    private void Append(int choice)
    {
        _head = new LogPosition(_epoch, _head.Seq + 1);
        _log.Add(_head);
        for (var copies = choice % 3; copies > 0; copies--)
        {
            _bus.Add(_head);
        }
    }

    private void Reopen(int choice)
    {
        if (_isOpen && choice % 2 == 0)
        {
            _flow.Suspend();
            _reads = false;
        }

        _isOpen = true;
        var sink = new ListSink(_wire);
        Follow(_flow.Open(PageBehind(_cursor), ref sink));
    }

    private void Follow(FlowNeeds needs)
    {
        if (needs.HasFlag(FlowNeeds.TellCursor))
        {
            // Cursors are told in order, and never go back.
            _cursor = LogPosition.Later(_cursor, _flow.Acknowledged);
        }

        if (needs.HasFlag(FlowNeeds.Look))
        {
            _looks = !_looks ? true : throw new InvalidOperationException("two looks");
        }

        if (needs.HasFlag(FlowNeeds.Read))
        {
            _reads = !_reads ? true : throw new InvalidOperationException("two readings");

            // As of now or later.
            _pages.Add(PageBehind(_flow.Sent));
        }
    }

    private void Serve(int choice)
    {
        var page = _pages[choice % _pages.Count];
        _pages.Remove(page);
        var sink = new ListSink(_wire);
        _reads = false;
        Follow(_flow.Take(choice % 2 == 0 ? PageBehind(page.After) : page, ref sink));
    }

    private LogPage PageBehind(LogPosition after)
    {
        PageEntry[] behind = [.. _log.Where(position => position > after).Select(static position => new PageEntry(position, Contents.Of()))];
        PageEntry[] entries = [.. behind.Take(PageSize)];
        return new LogPage(entries, after, behind.Length > PageSize ? entries[^1].Position : LogPosition.Later(_head, after), _head);
    }

    private void Judge()
    {
        for (; _judged < _wire.Received.Count; _judged++)
        {
            if (_judged > 0 && _wire.Received[_judged].Position <= _wire.Received[_judged - 1].Position)
            {
                throw new InvalidOperationException($"{_wire.Received[_judged].Position} came after {_wire.Received[_judged - 1].Position}");
            }
        }

        if (_flow.InFlight > _wire.Limits.MaxInFlight)
        {
            throw new InvalidOperationException($"{_flow.InFlight} in flight");
        }
    }

    /// <summary>The world becomes good: everything that is in the log arrives.</summary>
    private void Finish()
    {
        _wire.Outcome = SendOutcome.Sent;
        _wire.HasBacklog = false;
        Reopen(choice: 1);
        for (var rounds = 0; rounds < 500; rounds++)
        {
            if (_flow.AwaitsDrain)
            {
                Follow(_flow.Drained());
            }

            if (_wire.Received.Count > 0 && acknowledges)
            {
                _flow.Acknowledge(_wire.Received[^1].Position, _wire.Limits, out var needs);
                Follow(needs);
            }

            Follow(_flow.Hint(_head));
            while (_pages.Count > 0)
            {
                Serve(choice: 0);
            }

            if (_looks)
            {
                _looks = false;
                Follow(_flow.Look());
            }

            Judge();
        }

        var missing = _log.Where(position => _wire.Received.All(one => one.Position != position)).ToArray();
        if (missing.Length > 0)
        {
            throw new InvalidOperationException($"missing: {string.Join(", ", missing)}; sent up to {_flow.Sent} of {_head}");
        }

        if (_flow.InFlight > 0)
        {
            throw new InvalidOperationException("in flight though all is acknowledged");
        }
    }
}
