using System.CommandLine;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Load.Engine;
using Microservices.Cli.Load.Publishing;
using Microservices.Cli.Output;

namespace Microservices.Cli.Load;

/// <summary>The options that say what happens while the connections are held.</summary>
internal sealed class ScenarioOptions
{
    private const double MaxPerSecond = 1_000_000;
    private const int MaxBurst = 1_000;
    private const int MaxPayloadBytes = 60_000;

    private readonly Option<TimeSpan?> _warmUp = Options.Span("--warm-up", "How much of --duration is not counted in latencies and rates.");
    private readonly Option<double?> _heartbeats = LoadNumbers.Rate("--heartbeats", "Heartbeats per second over all connections, evenly, instead of one per connection and --heartbeat.", MaxPerSecond);
    private readonly Option<bool> _heartbeatAcks = new("--heartbeat-acks") { Description = "Ask for answers to heartbeats (105), and measure them." };
    private readonly Option<double?> _broadcasts = LoadNumbers.Rate("--broadcasts", "Messages to everybody, published per second through the center.", MaxPerSecond);
    private readonly Option<int> _burst = LoadNumbers.Count("--burst", "With --broadcasts: so many follow one another at once each time.", 1, 1, MaxBurst);
    private readonly Option<double?> _unicasts = LoadNumbers.Rate("--unicasts", "Messages to one random user of the run each, published per second.", MaxPerSecond);
    private readonly Option<int> _qos = LoadNumbers.Count("--qos", "Of what is published. 0: not kept. 1: kept until acknowledged; switches --ack on.", 0, 0, 1);
    private readonly Option<int> _payloadBytes = LoadNumbers.Count("--payload-bytes", "Of what is published.", 128, LoadStamp.Bytes, MaxPayloadBytes);
    private readonly Option<bool> _noLatency = new("--no-latency") { Description = "Look for no stamps in what arrives: the publisher is on another machine." };
    private readonly Option<int> _slowReaders = LoadNumbers.Count("--slow-readers", "So many of the connections read nothing after their login.", 0, 0, int.MaxValue);
    private readonly Option<double?> _reconnects = LoadNumbers.Rate("--reconnects", "Connections dropped per second, without goodbye, which resume at once.", MaxPerSecond);
    private readonly Option<double?> _storm = LoadNumbers.Rate("--reconnect-storm", "Percent of the connections that are dropped at once in the middle of --duration, and resume.", 100);

    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
        {
            _warmUp, _heartbeats, _heartbeatAcks, _broadcasts, _burst, _unicasts, _qos, _payloadBytes, _noLatency, _slowReaders, _reconnects, _storm,
        })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The settings with what these options say.</summary>
    /// <exception cref="CliException">Some do not go together.</exception>
    public LoadSettings Read(ParseResult parsed, LoadSettings settings)
    {
        var publishing = new LoadPublishing
        {
            BroadcastsPerSecond = parsed.GetValue(_broadcasts) ?? 0,
            Burst = parsed.GetRequiredValue(_burst),
            UnicastsPerSecond = parsed.GetValue(_unicasts) ?? 0,
            IsKept = parsed.GetRequiredValue(_qos) == 1,
            PayloadBytes = parsed.GetRequiredValue(_payloadBytes),
        };
        var slowReaders = parsed.GetRequiredValue(_slowReaders);
        var warmUp = parsed.GetValue(_warmUp);
        Refuse(IsGiven(parsed, _burst) && publishing.BroadcastsPerSecond == 0, "--burst needs --broadcasts");
        Refuse(IsGiven(parsed, _qos) && !publishing.IsAny, "--qos needs --broadcasts or --unicasts");
        Refuse(IsGiven(parsed, _payloadBytes) && !publishing.IsAny, "--payload-bytes needs --broadcasts or --unicasts");
        Refuse(
            slowReaders > settings.Connections,
            $"--slow-readers is {Units.Count(slowReaders)}, of {Units.Count(settings.Connections)} connections");
        Refuse(
            warmUp >= settings.Duration,
            $"--warm-up of {Units.Seconds(warmUp ?? TimeSpan.Zero)} leaves nothing of a --duration of {Units.Seconds(settings.Duration ?? TimeSpan.Zero)}");
        Refuse(parsed.GetValue(_storm) is not null && settings.Duration is null, "--reconnect-storm needs --duration: it comes in its middle");
        return settings with
        {
            WarmUp = warmUp,
            HeartbeatsPerSecond = parsed.GetValue(_heartbeats),
            HeartbeatAcks = parsed.GetValue(_heartbeatAcks),
            Acknowledges = settings.Acknowledges || publishing.IsKept,
            ReadsStamps = !parsed.GetValue(_noLatency),
            SlowReaders = slowReaders,
            ReconnectsPerSecond = parsed.GetValue(_reconnects) ?? 0,
            ReconnectStorm = parsed.GetValue(_storm) ?? 0,
            Publishing = publishing,
        };
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private static void Refuse(bool isBad, string why)
    {
        if (isBad)
        {
            throw new CliException(why);
        }
    }
}
