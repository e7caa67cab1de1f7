using System.Runtime.InteropServices;

namespace Microservices.Testing;

/// <summary>Signals by their Linux numbers.</summary>
public enum Signal
{
    /// <summary>Ends the process at once.</summary>
    Kill = 9,

    /// <summary>Asks the process to end.</summary>
    Terminate = 15,

    /// <summary>Resumes a frozen process.</summary>
    Continue = 18,

    /// <summary>Freezes the process: its sockets stay open, and nothing answers.</summary>
    Stop = 19,
}

public static partial class Signals
{
    /// <summary>Sends a signal; a process that has just ended is no fault.</summary>
    public static void Send(int processId, Signal signal)
    {
        const int NoSuchProcess = 3;
        if (Kill(processId, (int)signal) != 0 && Marshal.GetLastPInvokeError() is var error && error != NoSuchProcess)
        {
            throw new InvalidOperationException($"Signal {signal} to process {processId}: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
