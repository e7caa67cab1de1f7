namespace Microservices.Register.Store.Sqlite;

/// <summary>The file of channels can't be used.</summary>
internal sealed class SqliteFileException(string file, string why, Exception? inner = null) : Exception($"The file of channels {file} cannot be used: {why}", inner);
