using System.Text;

namespace Microservices.Cli.Tests.Running;

/// <summary>What was written so far, by any thread.</summary>
internal sealed class Recorded : TextWriter
{
    private readonly Lock _sync = new();
    private readonly StringBuilder _text = new();

    public Recorded() => CoreNewLine = ['\n'];

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value)
    {
        lock (_sync)
        {
            _text.Append(value);
        }
    }

    public override void Write(char[] buffer, int index, int count)
    {
        lock (_sync)
        {
            _text.Append(buffer, index, count);
        }
    }

    public override void Write(string? value)
    {
        lock (_sync)
        {
            _text.Append(value);
        }
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    public override string ToString()
    {
        lock (_sync)
        {
            return _text.ToString();
        }
    }
}
