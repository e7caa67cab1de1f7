using Microservices.Gateway.Admission;

namespace Microservices.Gateway.Tests.Admission;

public sealed class AddressTableTests
{
    private readonly AddressTable _table = new();
    private readonly AdmissionOptions _limits = new()
    {
        MaxConnectionsPerAddress = 3,
        ConnectionsPerSecondPerAddress = 10,
        ConnectionBurstPerAddress = 5,
        MaxTrackedAddresses = 2_000,
    };

    [Fact]
    public void Enter_OverTheConnectionsOfOneAddress_IsTooMany_UntilOneLeaves()
    {
        Assert.Equal([AddressVerdict.Entered, AddressVerdict.Entered, AddressVerdict.Entered, AddressVerdict.TooMany], Enter(4, address: 7));
        Assert.Equal([AddressVerdict.Entered], Enter(1, address: 8));

        _table.Leave(7);

        Assert.Equal([AddressVerdict.Entered, AddressVerdict.TooMany], Enter(2, address: 7));
    }

    [Fact]
    public void Enter_FasterThanTheRate_IsTooFast_UntilTimePasses()
    {
        var now = 0L;
        Assert.Equal(5, EnterAndLeave(20, now));

        now += 250;
        Assert.Equal(2, EnterAndLeave(20, now));

        now += 60_000;
        Assert.Equal(5, EnterAndLeave(20, now));
    }

    [Fact]
    public void Enter_OfAnExemptAddress_IsCountedButNotLimited()
    {
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(AddressVerdict.Entered, _table.Enter(7, 0, _limits, exempt: true));
        }

        Assert.Equal(AddressVerdict.TooMany, _table.Enter(7, 0, _limits, exempt: false));
    }

    [Fact]
    public void Table_ForgetsAddressesThatLeft_AndStaysWithinItsLimit()
    {
        for (var address = 0; address < 50_000; address++)
        {
            // Each comes and leaves; by the time of the next some are forgettable.
            Assert.NotEqual(AddressVerdict.TooFast, _table.Enter((UInt128)address, address, _limits, exempt: false));
            _table.Leave((UInt128)address);
        }

        Assert.InRange(_table.Count, 1, _limits.MaxTrackedAddresses);
    }

    [Fact]
    public void Table_FullOfConnectedAddresses_LetsFurtherOnesInUncounted()
    {
        for (var address = 0; address < _limits.MaxTrackedAddresses; address++)
        {
            Assert.Equal(AddressVerdict.Entered, _table.Enter((UInt128)address, 0, _limits, exempt: false));
        }

        Assert.Equal(AddressVerdict.Untracked, _table.Enter(1_000_000, 0, _limits, exempt: false));
        _table.Leave(1_000_000);
        Assert.Equal(_limits.MaxTrackedAddresses, _table.Count);
    }

    private AddressVerdict[] Enter(int times, UInt128 address) =>
        [.. Enumerable.Range(0, times).Select(_ => _table.Enter(address, 0, _limits, exempt: false))];

    private int EnterAndLeave(int times, long now)
    {
        var entered = 0;
        for (var i = 0; i < times; i++)
        {
            if (_table.Enter(7, now, _limits, exempt: false) == AddressVerdict.Entered)
            {
                entered++;
                _table.Leave(7);
            }
        }

        return entered;
    }
}
