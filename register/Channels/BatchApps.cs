using Microservices.Contracts;
using Microservices.Register.Apps;
using Microservices.Register.Store;

namespace Microservices.Register.Channels;

/// <summary>The apps that a batch names. However many it doesn't know, the store is asked once.</summary>
internal sealed class BatchApps
{
    private readonly Dictionary<string, Keeping?> _apps = new(StringComparer.Ordinal);

    /// <summary>False: the store didn't answer, so that an app that isn't found may be there.</summary>
    public bool IsWhole { get; private set; } = true;

    public static async ValueTask<BatchApps> FindAsync(AppDirectory directory, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var batch = new BatchApps();
        var isMissing = false;
        foreach (var name in names)
        {
            if (!batch._apps.ContainsKey(name))
            {
                batch.Add(name, directory.Latest);
                isMissing |= batch._apps[name] is null && Identifiers.FaultOfApp(name) is null;
            }
        }

        if (isMissing)
        {
            await batch.AskAsync(directory, cancellationToken);
        }

        return batch;
    }

    /// <summary>Null: there is none that this register knows.</summary>
    public Keeping? Find(string name) => _apps[name];

    private async Task AskAsync(AppDirectory directory, CancellationToken cancellationToken)
    {
        try
        {
            var table = await directory.RefreshAsync(cancellationToken);
            foreach (var name in _apps.Where(static app => app.Value is null).Select(static app => app.Key).ToArray())
            {
                Add(name, table);
            }
        }
        catch (StoreUnavailableException)
        {
            IsWhole = false;
        }
    }

    private void Add(string name, AppTable table) => _apps[name] = table.Find(name) is { } app ? Keeping.Of(app) : null;
}
