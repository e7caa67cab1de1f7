using System.Net;
using System.Runtime.InteropServices;
using Microservices.Gateway.Admission;

namespace Microservices.Gateway.Arrivals.Tls;

/// <summary>Handshakes under way: a limit for all, and one for each address, of which only those are remembered that have some.</summary>
internal sealed class HandshakeSlots(TlsOptions options)
{
    private readonly Lock _sync = new();
    private readonly Dictionary<UInt128, int> _byAddress = [];
    private int _taken;

    /// <returns>False: there is none.</returns>
    public bool TryTake(IPAddress? remote)
    {
        lock (_sync)
        {
            ref var ofAddress = ref CollectionsMarshal.GetValueRefOrAddDefault(_byAddress, KeyOf(remote), out _);
            if (_taken < options.MaxHandshakes && ofAddress < options.MaxHandshakesPerAddress)
            {
                _taken++;
                ofAddress++;
                return true;
            }

            if (ofAddress == 0)
            {
                _byAddress.Remove(KeyOf(remote));
            }

            return false;
        }
    }

    public void Return(IPAddress? remote)
    {
        lock (_sync)
        {
            _taken--;
            if (--CollectionsMarshal.GetValueRefOrNullRef(_byAddress, KeyOf(remote)) == 0)
            {
                _byAddress.Remove(KeyOf(remote));
            }
        }
    }

    private static UInt128 KeyOf(IPAddress? remote) => remote is null ? default : AddressKey.OfSubscriber(AddressKey.Of(remote));
}
