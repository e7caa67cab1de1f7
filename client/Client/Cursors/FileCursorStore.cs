using Microservices.Client.Messages;

namespace Microservices.Client.Cursors;

/// <summary>
/// Keeps cursors in a file, which a killed process and a power loss leave whole: each save writes a new file, flushes it to the disk, and puts it in
/// the old one's place. For the few cursors of one or some clients; each save writes them all.
/// </summary>
/// <remarks>
/// One process at a time: a second one is refused, by a lock on a file beside it (<c>.lock</c>) that the system gives back when the process
/// ends in any way. A damaged file is refused too; delete it to begin anew, and see messages again that the server does not know to be acknowledged.
/// </remarks>
public sealed class FileCursorStore : ICursorStore, IDisposable
{
    /// <summary>The most cursors that one file takes.</summary>
    public const int MaxCursors = 10_000;

    private readonly string _path;
    private readonly FileStream _lock;
    private readonly Dictionary<CursorKey, MessagePosition> _cursors;
    private readonly SemaphoreSlim _one = new(1);

    private FileCursorStore(string path, FileStream heldLock, Dictionary<CursorKey, MessagePosition> cursors)
    {
        _path = path;
        _lock = heldLock;
        _cursors = cursors;
    }

    /// <summary>Opens the file; one that is not there is created with the first save.</summary>
    /// <exception cref="IOException">Another process has it, or it can't be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read or written.</exception>
    public static FileCursorStore Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = Path.GetFullPath(path);
        var held = Hold(path);
        try
        {
            return new FileCursorStore(path, held, File.Exists(path) ? CursorFile.Read(File.ReadAllBytes(path)) : []);
        }
        catch (FormatException fault)
        {
            held.Dispose();
            throw new InvalidDataException(
                $"The cursors in '{path}' are damaged: {fault.Message}. Delete the file to begin anew; what was not acknowledged is then seen again.", fault);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<MessagePosition?> LoadAsync(CursorKey key, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            return _cursors.TryGetValue(key, out var position) ? position : null;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask SaveAsync(CursorKey key, MessagePosition position, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(!_lock.CanWrite, this);
            if (_cursors.Count >= MaxCursors && !_cursors.ContainsKey(key))
            {
                throw new InvalidOperationException($"'{_path}' has {_cursors.Count} cursors; the limit is {MaxCursors}.");
            }

            await ReplaceAsync(CursorFile.Write(_cursors.Where(cursor => cursor.Key != key).Append(new(key, position))), cancellationToken);
            _cursors[key] = position;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Gives the file back. Not while a client uses it.</summary>
    public void Dispose()
    {
        _lock.Dispose();
        _one.Dispose();
    }

    private async Task ReplaceAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        var next = _path + ".new";
        await using (var file = new FileStream(next, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous))
        {
            await file.WriteAsync(bytes, cancellationToken);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, _path, overwrite: true);
    }

    private static FileStream Hold(string path)
    {
        try
        {
            // Never deleted: whoever deleted it could delete the lock of the next.
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (fault is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new IOException($"The cursors in '{path}' are in use by another process, or its '.lock' can't be opened: {fault.Message}", fault);
        }
    }
}
