namespace Pipelines.Sockets.Unofficial;

/// <summary>100 and 400 are the values that StackExchange.Redis was compiled against; the others only show up in messages.</summary>
public enum PipeShutdownKind
{
    None = 0,
    PipeDisposed = 1,
    ReadEndOfStream = 100,
    ReadFailed = 101,
    ReadReset = 102,
    ReadAborted = 103,
    InputCompleted = 104,
    WriteFailed = 200,
    WriteReset = 201,
    WriteAborted = 202,
    OutputCompleted = 203,
    ProtocolExitClient = 400,
}
