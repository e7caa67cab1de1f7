using Microservices.Gateway.Delivery;

namespace Microservices.Gateway.Tests.Delivery;

public sealed class RepeatWindowTests
{
    [Fact]
    public void IsNew_WithinTheWindow_IsFalseForARepeat()
    {
        var window = new RepeatWindow(3);

        Assert.True(window.IsNew("a"));
        Assert.False(window.IsNew("a"));
        Assert.True(window.IsNew("b"));
        Assert.True(window.IsNew("c"));
        Assert.False(window.IsNew("a"));
    }

    [Fact]
    public void Forget_ThenAgain_IsNewOnce()
    {
        var window = new RepeatWindow(3);
        window.IsNew("a");

        window.Forget("a");

        Assert.True(window.IsNew("a"));
        Assert.False(window.IsNew("a"));
    }

    [Fact]
    public void IsNew_BehindTheWindow_HasForgotten()
    {
        var window = new RepeatWindow(3);
        foreach (var id in (string[])["a", "b", "c", "d"])
        {
            window.IsNew(id);
        }

        Assert.True(window.IsNew("a"));
        Assert.False(window.IsNew("d"));
    }
}
