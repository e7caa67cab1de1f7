using System.Buffers;
using System.Net;
using Microservices.Gateway.Arrivals.Proxy;
using Microservices.Gateway.Tests.Running;

namespace Microservices.Gateway.Tests.Arrivals;

public sealed class ProxyHeaderTests
{
    private const int Limit = 1_024;

    [Theory]
    [InlineData("192.0.2.7", 50_123)]
    [InlineData("2001:db8::7", 1)]
    public void Header_ThatNamesAClient_IsRead(string address, int port)
    {
        var client = new IPEndPoint(IPAddress.Parse(address), port);
        var header = ProxyHeaders.Of(client);

        var whole = ProxyHeader.TryRead(new ReadOnlySequence<byte>([.. header, 1, 2, 3]), Limit, out var source, out var length);

        Assert.True(whole);
        Assert.Equal(client, source);
        Assert.Equal(header.Length, length);
    }

    [Fact]
    public void Header_ByteByByte_IsReadWhenItIsWhole()
    {
        var header = ProxyHeaders.Of(new IPEndPoint(IPAddress.Parse("2001:db8::7"), 9), extensions: 40);

        for (var bytes = 0; bytes < header.Length; bytes++)
        {
            Assert.Null(ProxyHeader.TryRead(new ReadOnlySequence<byte>(header[..bytes]), Limit, out _, out _));
        }

        Assert.True(ProxyHeader.TryRead(new ReadOnlySequence<byte>(header), Limit, out _, out _));
    }

    [Fact]
    public void Header_WithExtensions_IsReadWithThem()
    {
        var header = ProxyHeaders.Of(new IPEndPoint(IPAddress.Loopback, 9), extensions: 100);

        Assert.True(ProxyHeader.TryRead(new ReadOnlySequence<byte>(header), Limit, out _, out var length));
        Assert.Equal(header.Length, length);
        Assert.False(ProxyHeader.TryRead(new ReadOnlySequence<byte>(header), maxBytes: header.Length - 1, out _, out _));
    }

    [Theory]
    [InlineData(0x20, 0x00, 0)]
    [InlineData(0x20, 0x11, 12)]
    [InlineData(0x20, 0xFF, 3)]
    [InlineData(0x21, 0x00, 0)]
    [InlineData(0x21, 0x00, 5)]
    [InlineData(0x21, 0x31, 216)]
    public void Header_ThatNamesNobody_IsOfThePeerItself(byte command, byte kind, int rest)
    {
        Assert.True(ProxyHeader.TryRead(new ReadOnlySequence<byte>(ProxyHeaders.Raw(command, kind, rest)), Limit, out var source, out var length));
        Assert.Null(source);
        Assert.Equal(16 + rest, length);
    }

    [Theory]
    [InlineData(0x11, 0x11, 12)]
    [InlineData(0x31, 0x11, 12)]
    [InlineData(0x22, 0x11, 12)]
    [InlineData(0x21, 0x11, 11)]
    [InlineData(0x21, 0x21, 35)]
    [InlineData(0x21, 0x31, 215)]
    [InlineData(0x21, 0x12, 12)]
    [InlineData(0x21, 0x22, 36)]
    [InlineData(0x21, 0x41, 50)]
    [InlineData(0x21, 0x11, 1_009)]
    public void Header_ThatIsWrong_IsMalformedAtItsFirst16Bytes(byte command, byte kind, int rest)
    {
        var header = ProxyHeaders.Raw(command, kind, rest);

        Assert.False(ProxyHeader.TryRead(new ReadOnlySequence<byte>(header[..16]), Limit, out var source, out _));
        Assert.Null(source);
    }

    [Fact]
    public void Header_WithAnotherSignature_IsMalformedAtTheFirstByteThatDiffers()
    {
        Assert.False(ProxyHeader.TryRead(new ReadOnlySequence<byte>("PROXY TCP4 192.0.2.7 192.0.2.8 1 2\r\n"u8.ToArray()), Limit, out _, out _));
        for (var i = 0; i < 12; i++)
        {
            var header = ProxyHeaders.Raw(0x21, 0x11, 12);
            header[i] ^= 1;
            Assert.False(ProxyHeader.TryRead(new ReadOnlySequence<byte>(header[..(i + 1)]), Limit, out _, out _));
        }
    }
}
