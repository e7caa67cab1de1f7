using Microsoft.Data.Sqlite;

namespace Microservices.Register.Store.Sqlite;

/// <summary>
/// Opens the file of channels, and makes it where there is none. Write-ahead log with synchronous = FULL: what was answered is on the disk, also when the
/// power fails; a batch costs one flush. One process has the file for itself for as long as it runs.
/// </summary>
internal static class SqliteFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // "MSCH", so that a database of something else is not taken for this one.
    private const long ApplicationId = 0x4d534348;
    private const long Version = 1;

    // Result codes of SQLite: https://www.sqlite.org/rescode.html
    private const int Busy = 5;
    private const int ReadOnly = 8;
    private const int Corrupt = 11;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <exception cref="SqliteFileException">The file can't be used; the message says why and what to do.</exception>
    public static SqliteConnection Open(string path)
    {
        var file = Path.GetFullPath(path);
        SqliteConnection? connection = null;
        try
        {
            CreateOwned(file);
            connection = new SqliteConnection(Settings(file));
            connection.Open();
            Prepare(connection, file);
            return connection;
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException or SqliteFileException)
        {
            connection?.Dispose();
            throw fault is SqliteFileException ? fault : new SqliteFileException(file, Explain(fault), fault);
        }
    }

    public static string Explain(Exception fault) => (fault as SqliteException)?.SqliteErrorCode switch
    {
        Busy => "another process has it open: only one may.",
        ReadOnly or CannotOpen => "it cannot be written, or its folder cannot.",
        Corrupt => "it is damaged. Put back a copy, or move it away and begin with an empty one: the messages in it are lost then.",
        NotADatabase => "it is no database. Move it away, or name another file.",
        _ => fault.Message,
    };

    private static string Settings(string file) => new SqliteConnectionStringBuilder
    {
        DataSource = file,
        Mode = SqliteOpenMode.ReadWrite,
        Pooling = false,

        // s. So long a locked file is tried again.
        DefaultTimeout = 1,
    }.ToString();

    // SQLite would make it readable by everybody; the files beside it take their rights from this one.
    private static void CreateOwned(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using var made = new FileStream(file, options);
    }

    private static void Prepare(SqliteConnection connection, string file)
    {
        Run(connection, "PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");

        // The first write takes the lock, which stays until the file is closed.
        Run(connection, "BEGIN IMMEDIATE");
        var (application, version) = (Number(connection, "PRAGMA application_id"), Number(connection, "PRAGMA user_version"));
        if ((application, version) == (0, 0) && Number(connection, "SELECT COUNT(*) FROM sqlite_schema") == 0)
        {
            Run(connection, Schema());
            Run(connection, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}");
        }
        else if (application != ApplicationId)
        {
            throw new SqliteFileException(file, "it is a database of something else. Name another file.");
        }
        else if (version != Version)
        {
            throw new SqliteFileException(file, $"its layout is version {version}; this register knows {Version}.");
        }

        Run(connection, "COMMIT");
        if (Text(connection, "PRAGMA quick_check(1)") is var check && check != "ok")
        {
            throw new SqliteFileException(file, Explain(new SqliteException(check, Corrupt)));
        }
    }

    private static string Schema()
    {
        using var stream = typeof(SqliteFile).Assembly.GetManifestResourceStream("Microservices.Register.Store.Sqlite.Schema.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static string Text(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (string)command.ExecuteScalar()!;
    }
}
