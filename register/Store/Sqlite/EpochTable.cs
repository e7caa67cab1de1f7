namespace Microservices.Register.Store.Sqlite;

/// <summary>
/// Epochs of the file. Each start takes a new one, as a restarted Redis does: an older copy of the file that was put back gives no position twice. Sequences go on.
/// </summary>
internal sealed class EpochTable(Statements sql)
{
    private ulong _file;
    private ulong _forgotten;

    public void Start(long now)
    {
        _forgotten = Read("forgotten");
        _file = Math.Max(Read("epoch") + 1, (ulong)now);
        Write("epoch", _file);
    }

    public LogPosition Next(LogRow log, long now)
    {
        var own = log.Head == LogPosition.Start ? Math.Max(_forgotten + 1, (ulong)now) : log.Head.Epoch;
        return new LogPosition(Math.Max(own, _file), log.Head.Seq + 1);
    }

    /// <summary>Logs up to this epoch were forgotten: new ones begin above it, also when the clock goes back.</summary>
    public void Forgot(ulong epoch)
    {
        if (epoch > _forgotten)
        {
            _forgotten = epoch;
            Write("forgotten", epoch);
        }
    }

    private ulong Read(string name) => (ulong)sql.Number("SELECT value FROM meta WHERE name = $1", name);

    private void Write(string name, ulong value) => sql.Run("INSERT OR REPLACE INTO meta (name, value) VALUES ($1, $2)", name, value.ToColumn());
}
