using System.Buffers.Text;
using Google.Protobuf;
using Microservices.Contracts.Register;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Resume;
using Microservices.Gateway.Tokens;
using Microservices.Testing;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Tests.Resume;

public sealed class ResumeTicketsTests
{
    private static readonly ResumeTicket Ann = new("shop", "ann", "phone-1", 1_767_225_600_000_001);

    private readonly ManualTime _time = new();
    private readonly TicketKeys _keys = new();
    private readonly ResumeTickets _tickets;

    public ResumeTicketsTests() => _tickets = new ResumeTickets(_keys, Options.Create(new ResumeOptions()), _time);

    [Theory]
    [InlineData("default", "ann", "")]
    [InlineData("a", "安", "📱")]
    [InlineData("shop", "user with = and . and / in it", "d")]
    public void Ticket_ReadAgain_SaysTheSame(string app, string user, string device)
    {
        Know(1);
        var ticket = new ResumeTicket(app, user, device, ulong.MaxValue);

        Assert.Equal(ticket, _tickets.Read(_tickets.Issue(ticket), out _));
    }

    [Fact]
    public void Ticket_OfBeforeTokensWereInThem_IsReadAndWrittenAsEver()
    {
        Know(1);
        const string Released = "AQAAAAEAAAGbdtqoAAAGR0hGIEABBHNob3ADYW5uB3Bob25lLTHp__EW3QFc3H_fu3YzBWCsuSMkgdBjw902TTjRsCWnpw";
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();

        Assert.Equal(Ann, _tickets.Read(Released, out _));
        Assert.Equal(Released, _tickets.Issue(Ann));
        Assert.NotEqual(Released.Length, _tickets.Issue(Ann with { Token = new TokenTimes(now, now + 1) }).Length);
    }

    [Fact]
    public void Ticket_OfASignedToken_SaysItsTimesAndEndsWithIt()
    {
        Know(1);
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var ticket = Ann with { Token = new TokenTimes(now - 5, now + 60_000) };
        var text = _tickets.Issue(ticket);

        Assert.Equal(ticket, _tickets.Read(text, out _));
        _time.Advance(TimeSpan.FromMilliseconds(59_999));
        Assert.NotNull(_tickets.Read(text, out _));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(_tickets.Read(text, out var fault));
        Assert.Equal(TicketOutcome.TokenExpired, fault);
    }

    [Fact]
    public void Read_OfASignedTokensTicketWithAnyBitChanged_IsRefused()
    {
        Know(1);
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var bytes = Base64Url.DecodeFromChars(_tickets.Issue(Ann with { Token = new TokenTimes(now, now + 60_000) }));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));

            Assert.Null(_tickets.Read(Base64Url.EncodeToString(changed), out _));
        }
    }

    [Fact]
    public void Ticket_OfTheLongestNames_IsAtMost512Characters()
    {
        Know(1);
        var token = new TokenTimes(_time.GetUtcNow().ToUnixTimeMilliseconds(), long.MaxValue);
        var ticket = new ResumeTicket(new string('a', 32), string.Concat(Enumerable.Repeat("é", 64)), new string('d', 128), 1, token);

        var text = _tickets.Issue(ticket);

        Assert.InRange(text.Length, 400, 512);
        Assert.Equal(ResumeTickets.MaxLength, text.Length);
        Assert.Equal(ticket, _tickets.Read(text, out _));
    }

    [Fact]
    public void Issue_WithoutAKey_GivesNone() => Assert.Equal("", _tickets.Issue(Ann));

    [Fact]
    public void Issue_NotWanted_GivesNone()
    {
        Know(1);
        var tickets = new ResumeTickets(_keys, Options.Create(new ResumeOptions { Issue = false }), _time);

        Assert.Equal("", tickets.Issue(Ann));
        Assert.NotNull(tickets.Read(_tickets.Issue(Ann), out _));
    }

    [Fact]
    public void Read_WithAnyBitChanged_IsRefused()
    {
        Know(1);
        var bytes = Base64Url.DecodeFromChars(_tickets.Issue(Ann));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));

            Assert.Null(_tickets.Read(Base64Url.EncodeToString(changed), out var fault));
            Assert.Contains(fault, new[] { TicketOutcome.Forged, TicketOutcome.UnknownKey, TicketOutcome.Malformed });
        }
    }

    [Fact]
    public void Read_CutAnywhere_IsRefused()
    {
        Know(1);
        var text = _tickets.Issue(Ann);

        for (var length = 1; length < text.Length; length++)
        {
            Assert.Null(_tickets.Read(text[..length], out var fault));
            Assert.Contains(fault, new[] { TicketOutcome.Forged, TicketOutcome.Malformed });
        }
    }

    [Theory]
    [InlineData("x")]
    [InlineData("not a ticket")]
    [InlineData("AQAA+/==")]
    [InlineData("ümlaut")]
    [InlineData("\0")]
    public void Read_Nonsense_IsMalformed(string text)
    {
        Know(1);

        Assert.Null(_tickets.Read(text, out var fault));
        Assert.Equal(TicketOutcome.Malformed, fault);
    }

    [Fact]
    public void Read_WithWhiteSpace_IsMalformed()
    {
        Know(1);

        Assert.Null(_tickets.Read(_tickets.Issue(Ann).Insert(8, "\n"), out var fault));
        Assert.Equal(TicketOutcome.Malformed, fault);
    }

    [Fact]
    public void Read_Noise_NeverThrows()
    {
        Know(1);
        var random = new Random(7);
        var bytes = new byte[TicketForm.MaxBytes];
        for (var i = 0; i < 5_000; i++)
        {
            random.NextBytes(bytes);
            bytes[0] = (byte)(i % 3);
            Assert.Null(_tickets.Read(Base64Url.EncodeToString(bytes.AsSpan(0, random.Next(bytes.Length))), out _));
        }
    }

    [Fact]
    public void Read_SignedButWithNamesThatDoNotFillIt_IsMalformed()
    {
        Know(1);
        var bytes = new byte[TicketForm.MaxBytes];
        var length = TicketForm.Write(bytes, _keys.Signing!, Ann, _time.GetUtcNow().ToUnixTimeMilliseconds());
        bytes[21] = 200;
        System.Security.Cryptography.HMACSHA256.HashData(_keys.Signing!.Secret, bytes.AsSpan(0, length - TicketForm.SignatureBytes), bytes.AsSpan(length - TicketForm.SignatureBytes));

        Assert.Null(_tickets.Read(Base64Url.EncodeToString(bytes.AsSpan(0, length)), out var fault));
        Assert.Equal(TicketOutcome.Malformed, fault);
    }

    [Fact]
    public void Read_LongerThanATicket_IsTooLong()
    {
        Know(1);

        Assert.Null(_tickets.Read(new string('A', ResumeTickets.MaxLength + 1), out var fault));
        Assert.Equal(TicketOutcome.TooLong, fault);
    }

    [Fact]
    public void Read_AfterTheKeyWasRotated_WorksUntilTheKeyLeaves()
    {
        Know(1);
        var text = _tickets.Issue(Ann);

        Know(2, 1);
        Assert.Equal(Ann, _tickets.Read(text, out _));
        Assert.NotEqual(text, _tickets.Issue(Ann));
        Know(3, 2);

        Assert.Null(_tickets.Read(text, out var fault));
        Assert.Equal(TicketOutcome.UnknownKey, fault);
    }

    [Fact]
    public void Read_OtherSecretOfTheSameId_IsForged()
    {
        Know(1);
        var text = _tickets.Issue(Ann);
        _keys.Set(new ResumeKeys { Keys = { new ResumeKey { Id = 1, Secret = ByteString.CopyFrom(new byte[32]) } } });

        Assert.Null(_tickets.Read(text, out var fault));
        Assert.Equal(TicketOutcome.Forged, fault);
    }

    [Theory]
    [InlineData(7 * 24 * 60, true)]
    [InlineData((7 * 24 * 60) + 1, false)]
    public void Read_Old_IsExpired(int minutes, bool isGood)
    {
        Know(1);
        var text = _tickets.Issue(Ann);

        _time.Advance(TimeSpan.FromMinutes(minutes));

        Assert.Equal(isGood, _tickets.Read(text, out var fault) is not null);
        Assert.Equal(TicketOutcome.Expired, fault);
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(6, false)]
    public void Read_OfTheFuture_IsTakenWithinTheSkew(int minutes, bool isGood)
    {
        Know(1);
        var ahead = new ResumeTickets(_keys, Options.Create(new ResumeOptions()), new ManualTime(_time.GetUtcNow().AddMinutes(minutes)));

        Assert.Equal(isGood, _tickets.Read(ahead.Issue(Ann), out _) is not null);
    }

    [Fact]
    public void Keys_ThatAreNotToldOrTooShort_LeaveTheFormerOnes()
    {
        Know(1);

        _keys.Set(null);
        _keys.Set(new ResumeKeys());
        _keys.Set(new ResumeKeys { Keys = { new ResumeKey { Id = 9, Secret = ByteString.CopyFrom(new byte[31]) } } });

        Assert.Equal(1u, _keys.Signing!.Id);
        Assert.Null(_keys.Find(9));
        Assert.DoesNotContain("Secret", $"{_keys.Signing}", StringComparison.Ordinal);
    }

    /// <summary>Register tells keys of these ids.</summary>
    private void Know(params uint[] ids) =>
        _keys.Set(new ResumeKeys { Keys = { ids.Select(id => new ResumeKey { Id = id, Secret = ByteString.CopyFrom([.. Enumerable.Repeat((byte)id, 32)]) }) } });
}
