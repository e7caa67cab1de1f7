using Xunit.v3;

namespace Microservices.Gateway.Tests.Running;

/// <summary>The clients of this class's tests come by WebSocket, a frame in a binary message: what holds for a plain link holds there too.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OverWebSocketAttribute : Attribute
{
    /// <summary>Whether the test that runs is of such a class.</summary>
    public static bool IsOn => (TestContext.Current.TestClass as IXunitTestClass)?.Class.IsDefined(typeof(OverWebSocketAttribute), inherit: false) == true;
}
