using System.Runtime.CompilerServices;

namespace Microservices.Fault.Tests.Support;

/// <summary>A test that stands still fails after <see cref="FaultSizes.TestDeadline"/>, and the others get their turn.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FaultFactAttribute : FactAttribute
{
    public FaultFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Timeout = (int)FaultSizes.TestDeadline.TotalMilliseconds;
}

/// <inheritdoc cref="FaultFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FaultTheoryAttribute : TheoryAttribute
{
    public FaultTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Timeout = (int)FaultSizes.TestDeadline.TotalMilliseconds;
}
