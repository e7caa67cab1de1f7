using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Microservices.Hosting.Logging;

/// <summary>
/// One line per entry: time, level, service, where, what, and the exception behind a bar. What was logged cannot make a second line,
/// so nobody can forge one. Several services that share a process stay apart by their names.
/// </summary>
internal sealed class LineFormatter(ServiceIdentity service, TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    private const string OwnPrefix = "Microservices.";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z' ", CultureInfo.InvariantCulture));
        textWriter.Write(LevelName(logEntry.LogLevel));
        textWriter.Write(service.Name);
        textWriter.Write(' ');
        textWriter.Write(ShortName(logEntry.Category));
        textWriter.Write(": ");
        WriteOneLine(textWriter, logEntry.Formatter(logEntry.State, logEntry.Exception));
        if (logEntry.Exception is { } fault)
        {
            textWriter.Write(" | ");
            WriteOneLine(textWriter, fault.ToString());
        }

        textWriter.Write('\n');
    }

    private static string LevelName(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRACE ",
        LogLevel.Debug => "DEBUG ",
        LogLevel.Information => "INFO  ",
        LogLevel.Warning => "WARN  ",
        LogLevel.Error => "ERROR ",
        _ => "FATAL ",
    };

    private static ReadOnlySpan<char> ShortName(string category) =>
        category.StartsWith(OwnPrefix, StringComparison.Ordinal) ? category.AsSpan(OwnPrefix.Length) : category;

    private static void WriteOneLine(TextWriter writer, string text)
    {
        var first = true;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            writer.Write(first ? "" : " | ");
            first = false;
            foreach (var letter in line.Trim())
            {
                writer.Write(char.IsControl(letter) ? '?' : letter);
            }
        }
    }
}
