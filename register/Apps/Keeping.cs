using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Apps;

/// <summary>How an app keeps messages, the defaults of its policies filled in.</summary>
/// <param name="PerDevice">Each device is a reader; otherwise each user.</param>
/// <param name="MaxAge">A message expires after this at the latest.</param>
/// <param name="MaxAttempts">Sent so often …</param>
/// <param name="MinDeadAge">… the first time so long ago, a reader's first message is given up.</param>
internal sealed record Keeping(
    string App, bool PerDevice, int MaxPayloadBytes, TimeSpan MaxAge, AppendRules Inbox, AppendRules All, int MaxAttempts, TimeSpan MinDeadAge)
{
    private const uint DefaultPayloadBytes = 32 * 1024;
    private const uint DefaultMessages = 1_000;
    private const uint DefaultBytes = 4 * 1024 * 1024;
    private const uint DefaultAllBytes = 16 * 1024 * 1024;
    private const uint DefaultAgeMs = 604_800_000;
    private const uint DefaultAckTimeoutMs = 30_000;
    private const uint DefaultAttempts = 16;
    private const uint DefaultDeadAgeMs = 600_000;
    private const uint DefaultKeyWindowMs = 86_400_000;

    public static Keeping Of(App app)
    {
        var keep = app.Keep ?? new KeepPolicy();
        var ackTimeout = Time(keep.AckTimeoutMs, DefaultAckTimeoutMs);
        var keyWindow = Time(keep.KeyWindowMs, DefaultKeyWindowMs);
        return new Keeping(
            app.Name,
            app.Devices == DevicePolicy.PerDevice,
            Number(app.MaxPayloadBytes, DefaultPayloadBytes),
            Time(keep.MaxAgeMs, DefaultAgeMs),
            new AppendRules(Number(keep.MaxMessages, DefaultMessages), Number(keep.MaxBytes, DefaultBytes), ackTimeout, keyWindow),
            new AppendRules(Number(keep.AllMaxMessages, DefaultMessages), Number(keep.AllMaxBytes, DefaultAllBytes), ackTimeout, keyWindow),
            Number(keep.MaxAttempts, DefaultAttempts),
            Time(keep.MinDeadAgeMs, DefaultDeadAgeMs));
    }

    /// <summary>Who reads with this device. A session from before the app kept one per device has none, and reads as its user.</summary>
    public Reader ReaderOf(string user, string device) => new(App, user, PerDevice ? device : "");

    private static int Number(uint value, uint usual) => checked((int)(value == 0 ? usual : value));

    private static TimeSpan Time(uint ms, uint usual) => TimeSpan.FromMilliseconds(ms == 0 ? usual : ms);
}
