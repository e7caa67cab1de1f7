using FsCheck;
using FsCheck.Fluent;

namespace Microservices.Gateway.Tests.Delivery.Channels;

/// <summary>Random stories. A failure names the seed and the shortest story that fails.</summary>
public sealed class FlowStoryTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhatTheClientGets_IsInOrderCompleteAndOnce(bool acknowledges) => Prop
        .ForAll(ArbMap.Default.ArbFor<byte[]>(), story => new FlowStory(acknowledges).Tell(story))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(400));
}
