namespace Pipelines.Sockets.Unofficial.Arenas;

public delegate TResult Projection<T, TResult>(in T x);
public delegate TResult Projection<T, TState, TResult>(in T x, in TState state);
