using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store.Channels.Model;

/// <summary>What must be true of one reader.</summary>
internal sealed class ModelReader
{
    public LogPosition Cursor { get; set; }

    public LogPosition? AllCursor { get; set; }

    public LogPosition? Tried { get; private set; }

    public int Tries { get; private set; }

    public int FirstTry { get; private set; }

    public void Try(LogPosition first, int now)
    {
        if (Tried != first)
        {
            (Tried, Tries, FirstTry) = (first, 0, now);
        }

        Tries++;
    }
}
