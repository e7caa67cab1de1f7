using System.Net.Sockets;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Clusters.Crowds;

/// <summary>A user of a crowd, or one device of a user: its connection, and the ones before it.</summary>
public sealed class Member(TestUser user, string app, string device = "")
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(20);
    private readonly List<ClientConnection> _former = [];

    public TestUser User => user;

    public string Device => device;

    /// <summary>Null before the first login.</summary>
    public ClientConnection? Connection { get; private set; }

    /// <summary>Connections before <see cref="Connection"/>, oldest first.</summary>
    public IReadOnlyList<ClientConnection> Former => _former;

    /// <summary>Silent clients neither beat nor are beaten for.</summary>
    public bool IsSilent { get; set; }

    /// <summary>It says in verify that it will acknowledge kept messages.</summary>
    public bool AsksForAcks { get; init; }

    /// <summary>It does, those of its inbox.</summary>
    public bool Acknowledges { get; init; }

    /// <inheritdoc cref="ClientConnection.PushHandler"/>
    public Action<PushDelivery>? PushHandler { get; init; }

    public bool IsConnected => Connection is { IsOpen: true };

    /// <summary>How many times a login was told to come later.</summary>
    public int TriedAgain { get; private set; }

    /// <summary>The interval that it proposes; 0: none.</summary>
    public uint HeartbeatMs { get; init; }

    /// <summary>Logs in; told to try later, it does.</summary>
    /// <param name="port">The gateway's.</param>
    /// <param name="deadline">How long it goes on trying.</param>
    /// <param name="resume">A ticket of an earlier session; null: with the token.</param>
    public async Task LoginAsync(int port, TimeSpan? deadline = null, string? resume = null)
    {
        var end = Environment.TickCount64 + (long)(deadline ?? Eventually.DefaultDeadline).TotalMilliseconds;
        while (true)
        {
            var (connection, answer) = await TryLoginAsync(port, resume);
            if (answer?.Code == 1)
            {
                Hold(connection!);
                return;
            }

            var wait = answer?.RetryAfterMs ?? connection?.Errors.LastOrDefault()?.RetryAfterMs ?? 0;
            var told = answer?.Reason ?? connection?.Errors.LastOrDefault()?.Reason ?? "no connection";
            connection?.Dispose();
            if (Environment.TickCount64 > end || told is "wrong_token" or "invalid_argument")
            {
                throw new TimeoutException($"{user.Name} could not log in on port {port}: {told}, retry after {wait} ms.");
            }

            TriedAgain++;
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Clamp(wait, 50, 2_000)));
        }
    }

    /// <summary>One attempt, of which nothing is kept. The connection is null when there was none, the answer when it ended before.</summary>
    public async Task<(ClientConnection? Connection, VerifyResult? Answer)> TryLoginAsync(int port, string? resume = null)
    {
        ClientConnection? connection = null;
        try
        {
            using var timeout = new CancellationTokenSource(AttemptTimeout);
            connection = await ClientConnection.OpenAsync(port, timeout.Token);
            var verify = new Verify
            {
                App = app,
                User = user.Name,
                Token = user.Token,
                Device = device,
                Sdk = "crowd",
                HeartbeatMs = HeartbeatMs,
                Resume = resume ?? "",
                Features = AsksForAcks ? [Features.HeartbeatAck, Features.Ack] : [Features.HeartbeatAck],
            };
            connection.Acknowledges = Acknowledges;
            connection.PushHandler = PushHandler;
            return (connection, await connection.VerifyAsync(verify, timeout.Token));
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException)
        {
            connection?.Dispose();
            return (null, null);
        }
    }

    /// <summary>Makes a verified connection the member's.</summary>
    public void Hold(ClientConnection connection)
    {
        lock (_former)
        {
            if (Connection is { } former)
            {
                _former.Add(former);
            }

            Connection = connection;
        }
    }

    public override string ToString() =>
        $"{user.Name}{(device.Length > 0 ? $"/{device}" : "")}: {(IsConnected ? $"on {Connection!.Port}" : $"not connected ({(Connection is { } last ? last.End.Result : "never")})")}";
}
