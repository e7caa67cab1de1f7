namespace Microservices.Hosting.Tests.RegisterClient;

internal sealed class FakeRegisterState(string name)
{
    private int _calls;

    public string Name { get; } = name;

    public DateTime Deadline { get; set; }

    public bool Hangs { get; set; }

    public Exception? Fault { get; set; }

    public int Calls => Volatile.Read(ref _calls);

    public void CountCall() => Interlocked.Increment(ref _calls);
}
