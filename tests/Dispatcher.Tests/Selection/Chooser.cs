using Microservices.Dispatcher.Rooms;
using Microservices.Dispatcher.Selection;
using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher.Tests.Selection;

/// <summary>Chooses for a user of the app "default", as text.</summary>
internal sealed class Chooser(SelectionOptions? options = null, TimeProvider? time = null)
{
    private readonly AddressSelector _selector = new(Options.Create(options ?? new SelectionOptions()), time ?? TimeProvider.System);

    public string[] Choose(RoomTable table, string user, params string[] failed)
    {
        var chosen = new RoomAddress[SelectionOptions.Most];
        FailedAddress[] unusable =
        [
            .. failed.Select(static one => new FailedAddress(one[..one.LastIndexOf(':')].AsMemory(), int.Parse(one[(one.LastIndexOf(':') + 1)..]))),
        ];
        var count = _selector.Select(table.Of(0), Rendezvous.HashOfUser("default", user), unusable, chosen);
        return [.. chosen.Take(count).Select(static address => $"{address.Host}:{address.Port}")];
    }

    /// <summary>The name of the room that the user is sent to first.</summary>
    public string First(RoomTable table, string user) => Choose(table, user)[0].Split('.')[0];
}
