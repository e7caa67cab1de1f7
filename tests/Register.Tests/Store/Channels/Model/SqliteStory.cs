using Microservices.Register.Store;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store.Channels.Model;

/// <summary>A file of one story, which is closed and opened again, and lost.</summary>
internal sealed class SqliteStory(string folder)
{
    private readonly ManualTime _time = new();
    private string _file = NewFile(folder);
    private Stores? _stores;

    public async Task<ChannelModelStore> OpenAsync()
    {
        _stores = await Stores.SqliteAsync(_file, _time);
        return new ChannelModelStore(_stores.Sessions, _stores.Channels, _time, RestartAsync, WipeAsync, async () => await _stores.DisposeAsync());
    }

    private static string NewFile(string folder) => Path.Combine(folder, Guid.NewGuid().ToString("N"));

    private async Task<IChannelStore> RestartAsync()
    {
        await _stores!.DisposeAsync();
        _stores = _stores with { Channels = await _stores.OpenSqliteAsync(_file, _time) };
        return _stores.Channels;
    }

    private async Task<Stores> WipeAsync()
    {
        await _stores!.DisposeAsync();
        _file = NewFile(folder);
        return _stores = await Stores.SqliteAsync(_file, _time);
    }
}
