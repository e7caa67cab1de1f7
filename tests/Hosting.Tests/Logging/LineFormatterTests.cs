using Microservices.Hosting.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microservices.Hosting.Tests.Logging;

public sealed class LineFormatterTests
{
    [Fact]
    public void Write_Entry_NamesTimeLevelServiceAndPlace()
    {
        var line = Write("2 rooms", null);

        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARN  sample Gateway\.Rooms: 2 rooms\n$", line);
    }

    [Fact]
    public void Write_TextWithLineBreaks_StaysOneLine()
    {
        var line = Write("user a\r\n2026-01-01 ERROR forged\u001b[0m", null);

        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
        Assert.EndsWith(": user a | 2026-01-01 ERROR forged?[0m\n", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Exception_StandsBehindABar()
    {
        var line = Write("failed", new InvalidOperationException("one\ntwo"));

        Assert.EndsWith(": failed | System.InvalidOperationException: one | two\n", line, StringComparison.Ordinal);
    }

    private static string Write(string text, Exception? fault)
    {
        using var writer = new StringWriter();
        var entry = new LogEntry<string>(LogLevel.Warning, "Microservices.Gateway.Rooms", default, text, fault, static (state, _) => state);
        new LineFormatter(new ServiceIdentity("sample"), TimeProvider.System).Write(in entry, null, writer);
        return writer.ToString();
    }
}
