namespace Microservices.Register.Store.Sqlite;

/// <inheritdoc/>
internal sealed class StoreWork<T>(Func<ChannelSteps, T> run) : StoreWork
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    public Task<T> Completion => _completion.Task;

    public override void Run(ChannelSteps steps) => _result = run(steps);

    public override void Complete() => _completion.TrySetResult(_result!);

    public override void Fail(Exception fault) => _completion.TrySetException(fault);
}
