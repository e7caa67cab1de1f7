using System.Diagnostics.Metrics;
using Microservices.Protocol;

namespace Microservices.Gateway.Diagnostics;

/// <summary>What the gateway counts. Meter <c>Microservices.Gateway</c>; every tag comes from a closed list.</summary>
internal sealed class GatewayMetrics
{
    public const string MeterName = "Microservices.Gateway";

    private const int OtherCommand = 0;
    private const int LastCommandDown = (int)Command.Unbound;
    private static readonly Code[] Codes = [.. CodeTable.All.Select(static row => row.Code)];

    private readonly Tally _framesIn;
    private readonly Tally _framesOut;
    private readonly Tally _closes;
    private readonly Tally _refusals;
    private readonly Tally _drops;
    private readonly Tally _logins;
    private readonly Tally _uplinks;
    private readonly Tally _states;
    private readonly Tally _reclaims;
    private readonly Tally _tickets;
    private readonly Histogram<double> _loginDuration;
    private readonly Histogram<int> _loginBatch;
    private readonly Meter _meter;
    private long _bytesIn;
    private long _bytesOut;
    private long _suppressedErrors;
    private long _lostEnds;
    private long _lostReports;

    public GatewayMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _framesIn = new Tally(_meter, "gateway.frames.in", "{frame}", "Frames received, by command.", "command", Names(1, 13));
        _framesOut = new Tally(_meter, "gateway.frames.out", "{frame}", "Frames posted, by command.", "command", Names(101, LastCommandDown));
        _closes = new Tally(_meter, "gateway.connections.closed", "{connection}", "Connections that ended, by reason.", "reason", CodeNames());
        _refusals = new Tally(_meter, "gateway.connections.refused", "{connection}", "Connections that were not admitted, by reason.", "reason", CodeNames());
        _drops = new Tally(_meter, "gateway.drops", "{message}", "Messages for a client that were dropped, by cause.", "cause", EnumNames<DropCause>());
        _logins = new Tally(_meter, "gateway.logins", "{login}", "Verifies, by outcome.", "outcome", EnumNames<LoginOutcome>());
        _uplinks = new Tally(_meter, "gateway.uplinks", "{message}", "Messages sent upward, by outcome.", "outcome", EnumNames<UplinkOutcome>());
        _states = new Tally(_meter, "gateway.session_states", "{session}", "Sessions that became away or alive again.", "state", ["alive", "away"]);
        _reclaims = new Tally(_meter, "gateway.reclaims", "{session}", "Sessions that were claimed again, by outcome.", "outcome", EnumNames<ReclaimOutcome>());
        _tickets = new Tally(_meter, "gateway.resume_tickets", "{ticket}", "Resume tickets that clients showed, by outcome.", "outcome", EnumNames<TicketOutcome>());
        _loginDuration = _meter.CreateHistogram<double>("gateway.login.duration", "s", "From the verify frame to its answer.");
        _loginBatch = _meter.CreateHistogram<int>("gateway.login.batch", "{login}", "Logins that shared one call to register.");
        Count("gateway.bytes.in", "By", "Bytes of frames received.", () => Interlocked.Read(ref _bytesIn));
        Count("gateway.bytes.out", "By", "Bytes of frames posted.", () => Interlocked.Read(ref _bytesOut));
        Count("gateway.errors.suppressed", "{frame}", "Error frames that were not sent because the client caused too many.", () => Interlocked.Read(ref _suppressedErrors));
        Count("gateway.session_ends.lost", "{session}", "Ends of sessions that could not be told to register; its sweeper finds them.", () => Interlocked.Read(ref _lostEnds));
        Count("gateway.session_reports.lost", "{session}", "States of sessions that could not be told to register.", () => Interlocked.Read(ref _lostReports));
    }

    public void FrameIn(Command command, long bytes)
    {
        _framesIn.Add((uint)command is >= 1 and <= 13 ? (int)command : OtherCommand);
        Interlocked.Add(ref _bytesIn, bytes);
    }

    public void FrameOut(Command command, long bytes) => FramesOut(command, 1, bytes);

    /// <summary>Several frames of one command were posted.</summary>
    public void FramesOut(Command command, long frames, long bytes)
    {
        _framesOut.Add((uint)command is >= 101 and <= LastCommandDown ? (int)command - 100 : OtherCommand, frames);
        Interlocked.Add(ref _bytesOut, bytes);
    }

    public void Closed(Code reason) => _closes.Add(IndexOf(reason));

    public void Refused(Code reason) => _refusals.Add(IndexOf(reason));

    public void Dropped(DropCause cause, long count = 1) => _drops.Add((int)cause, count);

    public void LoggedIn(LoginOutcome outcome, TimeSpan duration)
    {
        _logins.Add((int)outcome);
        _loginDuration.Record(duration.TotalSeconds);
    }

    public void LoginBatch(int logins) => _loginBatch.Record(logins);

    public void Uplinked(UplinkOutcome outcome) => _uplinks.Add((int)outcome);

    public void Reclaimed(ReclaimOutcome outcome) => _reclaims.Add((int)outcome);

    public void Ticket(TicketOutcome outcome) => _tickets.Add((int)outcome);

    public void ErrorSuppressed() => Interlocked.Increment(ref _suppressedErrors);

    public void EndLost() => Interlocked.Increment(ref _lostEnds);

    public void ReportsLost(int count) => Interlocked.Add(ref _lostReports, count);

    public void StateChanged(bool isAway) => _states.Add(isAway ? 1 : 0);

    /// <summary>A value that is read when somebody asks.</summary>
    public void Gauge(string name, string unit, string description, Func<long> value) =>
        _meter.CreateObservableGauge(name, value, unit, description);

    /// <summary>A count that is read when somebody asks.</summary>
    public void Count(string name, string unit, string description, Func<long> value) =>
        _meter.CreateObservableCounter(name, value, unit, description);

    public long Closes(Code reason) => _closes[IndexOf(reason)];

    public long Refusals(Code reason) => _refusals[IndexOf(reason)];

    public long Drops(DropCause cause) => _drops[(int)cause];

    public long Logins(LoginOutcome outcome) => _logins[(int)outcome];

    public long Reclaims(ReclaimOutcome outcome) => _reclaims[(int)outcome];

    public long Tickets(TicketOutcome outcome) => _tickets[(int)outcome];

    public long Uplinks(UplinkOutcome outcome) => _uplinks[(int)outcome];

    public long FramesOut(Command command) => _framesOut[(int)command - 100];

    public long FramesIn(Command command) => _framesIn[(int)command];

    public long StateChanges(bool isAway) => _states[isAway ? 1 : 0];

    public long LostReports => Interlocked.Read(ref _lostReports);

    public long SuppressedErrors => Interlocked.Read(ref _suppressedErrors);

    // A code that came on the bus from a newer center may be unknown here.
    public static int IndexOf(Code code) => Array.IndexOf(Codes, code) + 1;

    public static string[] CodeNames() => ["other", .. CodeTable.All.Select(static row => row.Name)];

    public static string[] EnumNames<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(static name => SnakeCase(name))];

    private static string[] Names(int first, int last) =>
    [
        "other",
        .. Enumerable.Range(first, last - first + 1).Select(static command => Enum.IsDefined((Command)command) ? SnakeCase(((Command)command).ToString()) : $"{command}"),
    ];

    private static string SnakeCase(string name) =>
        string.Concat(name.Select(static (letter, index) => char.IsUpper(letter) ? (index == 0 ? "" : "_") + char.ToLowerInvariant(letter) : letter.ToString()));
}
