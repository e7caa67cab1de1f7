using System.Text;
using Microservices.Client.Cursors;
using Microservices.Client.Messages;

namespace Microservices.Client.Tests.Cursors;

public sealed class FileCursorStoreTests : IDisposable
{
    private static readonly CursorKey Inbox = new("shop", "ann", "phone", "inbox");
    private static readonly CursorKey Odd = new("shop", "安 \"quoted\"\\ 😀", "", "all");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cursors-");

    private string Path => System.IO.Path.Combine(_folder.FullName, "cursors");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task SaveAsync_ThenOpenedAnew_HasTheLatestOfEachKey()
    {
        using (var store = FileCursorStore.Open(Path))
        {
            Assert.Null(await store.LoadAsync(Inbox, default));
            await store.SaveAsync(Inbox, new MessagePosition(1, 1), default);
            await store.SaveAsync(Odd, new MessagePosition(ulong.MaxValue, ulong.MaxValue), default);
            await store.SaveAsync(Inbox, new MessagePosition(1, 2), default);
            Assert.Equal(new MessagePosition(1, 2), await store.LoadAsync(Inbox, default));
        }

        using var again = FileCursorStore.Open(Path);
        Assert.Equal(new MessagePosition(1, 2), await again.LoadAsync(Inbox, default));
        Assert.Equal(new MessagePosition(ulong.MaxValue, ulong.MaxValue), await again.LoadAsync(Odd, default));
        Assert.Null(await again.LoadAsync(Inbox with { Device = "tablet" }, default));
    }

    [Fact]
    public async Task Open_AfterAKillWithinASave_HasWhatWasSavedBefore()
    {
        using (var store = FileCursorStore.Open(Path))
        {
            await store.SaveAsync(Inbox, new MessagePosition(1, 7), default);
        }

        File.WriteAllText(Path + ".new", "microservices-cursors 1\n{\"app\":\"sh");
        using var again = FileCursorStore.Open(Path);
        Assert.Equal(new MessagePosition(1, 7), await again.LoadAsync(Inbox, default));
        await again.SaveAsync(Inbox, new MessagePosition(1, 8), default);
        Assert.False(File.Exists(Path + ".new"));
    }

    [Fact]
    public async Task Open_WhileItIsOpen_IsRefused()
    {
        using (var store = FileCursorStore.Open(Path))
        {
            var fault = Assert.Throws<IOException>(() => FileCursorStore.Open(Path));
            Assert.Contains("in use by another process", fault.Message, StringComparison.Ordinal);
            await store.SaveAsync(Inbox, new MessagePosition(1, 1), default);
        }

        FileCursorStore.Open(Path).Dispose();
    }

    [Fact]
    public async Task Open_Truncated_IsRefusedAtEveryLength()
    {
        using (var store = FileCursorStore.Open(Path))
        {
            await store.SaveAsync(Inbox, new MessagePosition(1, 7), default);
            await store.SaveAsync(Odd, new MessagePosition(2, 8), default);
        }

        var whole = await File.ReadAllBytesAsync(Path);
        for (var length = 0; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(Path, whole[..length]);
            var fault = Assert.Throws<InvalidDataException>(() => FileCursorStore.Open(Path));
            Assert.Contains(Path, fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Open_WithAnotherByte_IsRefused()
    {
        using (var store = FileCursorStore.Open(Path))
        {
            await store.SaveAsync(Inbox, new MessagePosition(1, 7), default);
        }

        var whole = await File.ReadAllBytesAsync(Path);
        for (var at = 0; at < whole.Length; at++)
        {
            byte[] changed = [.. whole];
            changed[at] ^= 1;
            await File.WriteAllBytesAsync(Path, changed);
            Assert.Throws<InvalidDataException>(() => FileCursorStore.Open(Path));
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"app":"a","user":"u","device":"d","channel":"c","epoch":-1,"seq":1}""")]
    [InlineData("""{"app":1,"user":"u","device":"d","channel":"c","epoch":1,"seq":1}""")]
    public void Open_ChecksumFitsAndALineDoesNot_IsRefused(string line)
    {
        var body = $"microservices-cursors 1\n{line}\n";
        var sum = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(body)));
        File.WriteAllText(Path, $"{body}sha256 {sum}\n");

        Assert.Throws<InvalidDataException>(() => FileCursorStore.Open(Path));
    }

    [Fact]
    public async Task SaveAsync_AtOnce_KeepsEveryKey()
    {
        using (var store = FileCursorStore.Open(Path))
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.SaveAsync(Inbox with { User = $"u{i}" }, new MessagePosition(1, (ulong)i), default).AsTask()));
        }

        using var again = FileCursorStore.Open(Path);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(new MessagePosition(1, (ulong)i), await again.LoadAsync(Inbox with { User = $"u{i}" }, default));
        }
    }

    [Fact]
    public void Open_InAFolderThatIsNotThere_SaysSo() =>
        Assert.Throws<DirectoryNotFoundException>(() => FileCursorStore.Open(System.IO.Path.Combine(_folder.FullName, "none", "cursors")));

    [Fact]
    public async Task SaveAsync_AfterDispose_Throws()
    {
        var store = FileCursorStore.Open(Path);
        store.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.SaveAsync(Inbox, default, default).AsTask());
    }
}
