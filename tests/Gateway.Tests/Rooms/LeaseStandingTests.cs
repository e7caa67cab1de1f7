using Microservices.Gateway.Rooms;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Rooms;

public sealed class LeaseStandingTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private readonly ManualTime _time = new();
    private readonly LeaseStanding _standing;

    public LeaseStandingTests() => _standing = new LeaseStanding(_time);

    [Fact]
    public void State_BeforeAnythingWasHeard_IsInDoubt()
    {
        Assert.Equal(LeaseState.InDoubt, _standing.State);
        Assert.False(_standing.IsKnown);
    }

    [Fact]
    public void Answered_HoldsForALeaseTimeAfterTheRequestWasSent()
    {
        var sent = _time.GetTimestamp();
        Pass(4);
        _standing.Answered(sent, Lease);

        Pass(6);
        Assert.Equal(LeaseState.Valid, _standing.State);
        Pass(0.001);
        Assert.Equal(LeaseState.InDoubt, _standing.State);
    }

    [Fact]
    public void Answered_ToARequestOfBeforeTheStandstill_ProvesNothing()
    {
        Renew();
        var sent = _time.GetTimestamp();
        Pass(60);

        _standing.Answered(sent, Lease);

        Assert.Equal(LeaseState.InDoubt, _standing.State);
    }

    [Fact]
    public void Answered_OutOfOrder_DoesNotShortenTheLease()
    {
        var first = _time.GetTimestamp();
        Pass(3);
        Renew();

        _standing.Answered(first, Lease);

        Pass(9);
        Assert.Equal(LeaseState.Valid, _standing.State);
    }

    [Fact]
    public void Died_IsKnownAndFinal_UntilAnotherLeaseIsGranted()
    {
        Renew();
        _standing.Died();

        Pass(3_600);
        Fail(1);
        Fail(5);
        Assert.Equal(LeaseState.Dead, _standing.State);
        Assert.True(_standing.IsKnown);
        Renew();
        Assert.Equal(LeaseState.Valid, _standing.State);
        Pass(11);
        Assert.Equal(LeaseState.InDoubt, _standing.State);
    }

    [Fact]
    public void Failed_AttemptsThatBeganAfterTheDeadline_DetachAfterAWhile()
    {
        Renew();
        Pass(11);

        Fail(0.5);
        Assert.Equal(LeaseState.InDoubt, _standing.State);
        Fail(1);
        Assert.Equal(LeaseState.InDoubt, _standing.State);
        Fail(1);

        Assert.Equal(LeaseState.Detached, _standing.State);
        Assert.True(_standing.IsKnown);
    }

    [Fact]
    public void Failed_AnAttemptThatBeganBeforeTheDeadline_ProvesNothing()
    {
        Renew();
        Pass(9);
        var began = _time.GetTimestamp();
        Pass(5);

        _standing.Failed(began);

        Assert.Equal(LeaseState.InDoubt, _standing.State);
    }

    [Fact]
    public void Failed_AcrossAStandstill_ProvesNothing()
    {
        Renew();
        Pass(11);
        Fail(1);
        var began = _time.GetTimestamp();
        Pass(600);

        _standing.Failed(began);
        Fail(0.5);

        Assert.Equal(LeaseState.InDoubt, _standing.State);
    }

    [Fact]
    public void Detached_StaysWhileAttemptsFail_AndIsInDoubtAfterAStandstill()
    {
        Renew();
        Pass(11);
        for (var attempt = 0; attempt < 100; attempt++)
        {
            Fail(1);
            Pass(1);
        }

        Assert.Equal(LeaseState.Detached, _standing.State);
        Pass(60);
        Assert.Equal(LeaseState.InDoubt, _standing.State);
        Fail(0.1);
        Assert.Equal(LeaseState.InDoubt, _standing.State);
    }

    [Fact]
    public void Detached_RegisterAnswers_IsValid()
    {
        Renew();
        Pass(11);
        Fail(3);
        Assert.Equal(LeaseState.Detached, _standing.State);

        Renew();

        Assert.Equal(LeaseState.Valid, _standing.State);
        Pass(10.1);
        Assert.Equal(LeaseState.InDoubt, _standing.State);
    }

    [Fact]
    public async Task UntilKnown_WaitsForTheAnswer()
    {
        Renew();
        Pass(11);
        var waiting = _standing.UntilKnownAsync(CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        _standing.Answered(0, Lease);
        Assert.False(waiting.IsCompleted);
        Renew();

        await waiting;
        Assert.True(_standing.UntilKnownAsync(CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task UntilKnown_IsCancelled_Ends()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = _standing.UntilKnownAsync(cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public void IsKnown_AllocatesNothing()
    {
        Renew();
        var known = _standing.IsKnown;
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1_000; i++)
        {
            known &= _standing.IsKnown;
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(known);
    }

    [Theory]
    [InlineData(10, 2.5, 1, 2)]
    [InlineData(2, 1, 0.2, 0.5)]
    [InlineData(0.4, 0.2, 0.05, 0.1)]
    [InlineData(60, 5, 6, 2)]
    public void Times_LeaveRoomForSeveralAttempts(double lease, double answer, double pause, double proof)
    {
        var span = TimeSpan.FromSeconds(lease);

        Assert.Equal((TimeSpan.FromSeconds(answer), TimeSpan.FromSeconds(pause), TimeSpan.FromSeconds(proof)), (LeaseTimes.Answer(span), LeaseTimes.Pause(span), LeaseTimes.ProofOfAbsence(span)));
    }

    private void Pass(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private void Renew() => _standing.Answered(_time.GetTimestamp(), Lease);

    /// <summary>An attempt that begins now and fails after so many seconds.</summary>
    private void Fail(double seconds)
    {
        var began = _time.GetTimestamp();
        Pass(seconds);
        _standing.Failed(began);
    }
}
