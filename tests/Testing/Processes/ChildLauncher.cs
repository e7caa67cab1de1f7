using System.Collections.Concurrent;
using System.Diagnostics;

namespace Microservices.Testing;

/// <summary>
/// Starts children so that they die with this process, also when it is killed. The kernel sends the parent-death signal when the
/// <em>thread</em> that forked ends, so all children are forked by one thread that lives as long as the process.
/// </summary>
internal static class ChildLauncher
{
    private static readonly BlockingCollection<Action> Work = Start();

    public static Task<Process> StartAsync(ProcessStartInfo child)
    {
        DebianPackage.Require("util-linux", "/usr/bin/setpriv");
        child.ArgumentList.Insert(0, child.FileName);
        foreach (var argument in new[] { "--", "KILL", "--pdeathsig" })
        {
            child.ArgumentList.Insert(0, argument);
        }

        child.FileName = "/usr/bin/setpriv";
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(child)!);
            }
            catch (Exception fault)
            {
                started.SetException(fault);
            }
        });
        return started.Task;
    }

    private static BlockingCollection<Action> Start()
    {
        var work = new BlockingCollection<Action>();
        var thread = new Thread(() =>
        {
            foreach (var item in work.GetConsumingEnumerable())
            {
                item();
            }
        })
        {
            IsBackground = true,
            Name = "child launcher",
        };
        thread.Start();
        return work;
    }
}
