namespace Grpc.Core;

/// <summary>
/// What every call object carries besides its streams. The engine passes functions over one state object, so that a call
/// needs no closures; code that wraps a call passes plain functions, and one object holds them.
/// </summary>
internal readonly struct CallState(
    Func<object, Task<Metadata>> headers,
    Func<object, Status> status,
    Func<object, Metadata> trailers,
    Action<object> dispose,
    object state)
{
    public CallState(Task<Metadata> headers, Func<Status> status, Func<Metadata> trailers, Action dispose)
        : this(
            static plain => ((Plain)plain).Headers,
            static plain => ((Plain)plain).Status(),
            static plain => ((Plain)plain).Trailers(),
            static plain => ((Plain)plain).Dispose(),
            new Plain(headers, status, trailers, dispose))
    {
    }

    public Task<Metadata> Headers() => headers(state);

    public Status Status() => status(state);

    public Metadata Trailers() => trailers(state);

    public void Dispose() => dispose(state);

    private sealed record Plain(Task<Metadata> Headers, Func<Status> Status, Func<Metadata> Trailers, Action Dispose);
}
