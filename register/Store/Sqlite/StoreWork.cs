namespace Microservices.Register.Store.Sqlite;

/// <summary>A call that waits for its turn at the file.</summary>
internal abstract class StoreWork
{
    /// <summary>May run again if its transaction failed.</summary>
    public abstract void Run(ChannelSteps steps);

    /// <summary>Its transaction is on the disk.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception fault);
}
