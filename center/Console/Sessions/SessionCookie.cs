using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Microservices.Center.ApiKeys;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Microservices.Center.Console.Sessions;

/// <summary>
/// A login lives in an encrypted, signed cookie, so that centers that share their keys share it. It ends with its lifetime, when nothing is done with it, when its
/// API key is changed or removed, and at the log out, which the center that did it remembers.
/// </summary>
internal sealed class SessionCookie(
    IDataProtectionProvider protection, ApiKeyRing keys, IOptions<ConsoleOptions> options, TimeProvider time)
{
    public const string Name = "console-session";

    private const char Separator = '|';
    private const int IdBytes = 16;

    // Written anew at most that often.
    private static readonly TimeSpan RenewAfter = TimeSpan.FromSeconds(30);

    private readonly IDataProtector _protector = protection.CreateProtector("Microservices.Center.Console.Session.v1");
    private readonly RecentTable<bool> _ended = new(options.Value.MaxRemembered, options.Value.SessionLifetime, time);

    public ConsoleSession Begin(HttpContext context, ApiKey key)
    {
        var now = time.GetUtcNow();
        var session = new ConsoleSession(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes)), key, now, now);
        Write(context, session);
        return session;
    }

    /// <summary>The login of a request; null when there is none, or none that is still good.</summary>
    public ConsoleSession? Find(HttpContext context)
    {
        if (context.Request.Cookies[Name] is not { Length: > 0 } cookie || Open(cookie) is not { } session || _ended.Contains(session.Id))
        {
            return null;
        }

        var now = time.GetUtcNow();
        if (now - session.Begun >= options.Value.SessionLifetime || now - session.Used >= options.Value.IdleTimeout)
        {
            return null;
        }

        if (now - session.Used >= Min(RenewAfter, options.Value.IdleTimeout / 4))
        {
            Write(context, session with { Used = now });
        }

        return session;
    }

    public void End(HttpContext context, ConsoleSession? session)
    {
        if (session is not null)
        {
            _ended.GetOrAdd(session.Id, static () => true, out _);
        }

        context.Response.Cookies.Delete(Name, Attributes(context));
    }

    private void Write(HttpContext context, ConsoleSession session)
    {
        var text = string.Join(
            Separator,
            session.Id,
            session.Key.Id,
            Convert.ToHexStringLower(session.Key.Sha256),
            Number(session.Begun),
            Number(session.Used));
        context.Response.Cookies.Append(Name, _protector.Protect(text), Attributes(context));
    }

    private ConsoleSession? Open(string cookie)
    {
        string[] parts;
        try
        {
            parts = _protector.Unprotect(cookie).Split(Separator);
        }
        catch (CryptographicException)
        {
            // Sealed by a center that has ended or by nobody.
            return null;
        }

        return parts is [var id, var keyId, var hash, var begun, var used] && keys.Recall(keyId, Convert.FromHexString(hash)) is { } key
            ? new ConsoleSession(id, key, Instant(begun), Instant(used))
            : null;
    }

    private static CookieOptions Attributes(HttpContext context) => new()
    {
        Path = ConsolePaths.Root,
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
    };

    private static string Number(DateTimeOffset instant) => instant.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset Instant(string number) => DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(number, CultureInfo.InvariantCulture));

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
