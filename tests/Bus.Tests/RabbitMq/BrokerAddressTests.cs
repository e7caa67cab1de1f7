using Microservices.Bus.RabbitMq;

namespace Microservices.Bus.Tests.RabbitMq;

public sealed class BrokerAddressTests
{
    [Theory]
    [InlineData("amqp://ann:secret@rabbit:5673/prod", "amqp://ann@rabbit:5673/prod")]
    [InlineData("amqps://ann:secret@rabbit/%2f", "amqps://ann@rabbit/%2f")]
    [InlineData(" amqp://rabbit\n", "amqp://rabbit/")]
    public void ToString_Address_HasNoPassword(string text, string shown)
    {
        Assert.True(BrokerAddress.TryParse(text, out var address, out _));
        Assert.Equal(shown, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("rabbit:5672")]
    [InlineData("http://ann:secret@rabbit")]
    [InlineData("amqp://ann:secret@rabbit/a/b")]
    [InlineData("amqp://ann:secret:more@rabbit")]
    [InlineData("amqp://ann:secret@:1:2")]
    public void TryParse_Bad_FaultShowsTheFormAndNoSecret(string text)
    {
        Assert.False(BrokerAddress.TryParse(text, out _, out var fault));
        Assert.Contains("amqp://user:password@host:port/vhost", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Redact_TextWithThePassword_HidesBothItsForms()
    {
        Assert.True(BrokerAddress.TryParse("amqp://ann:pa%2fss@rabbit", out var address, out _));

        Assert.Equal("*** and *** of ann", address.Redact("pa/ss and pa%2fss of ann"));
    }
}
