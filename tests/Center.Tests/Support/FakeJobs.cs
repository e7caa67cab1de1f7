using Google.Protobuf;
using Grpc.Core;
using Microservices.Contracts.Register;
using JobsBase = Microservices.Contracts.Register.Jobs.JobsBase;

namespace Microservices.Center.Tests.Support;

/// <summary>Register's jobs: holds end when the test says so.</summary>
internal sealed class FakeJobs : JobsBase
{
    private readonly Lock _sync = new();
    private readonly List<Job> _jobs = [];
    private readonly Dictionary<string, string> _keys = [];
    private readonly HashSet<string> _held = [];
    private readonly List<SaveJobRequest> _saves = [];
    private int _takes;

    /// <summary>Called before a save is taken; it may throw.</summary>
    public Action<SaveJobRequest> OnSave { get; set; } = static _ => { };

    /// <summary>Thrown by every call.</summary>
    public StatusCode? Away { get; set; }

    public int Takes => Volatile.Read(ref _takes);

    public IReadOnlyList<SaveJobRequest> Saves
    {
        get
        {
            lock (_sync)
            {
                return [.. _saves];
            }
        }
    }

    public Job Only()
    {
        lock (_sync)
        {
            return _jobs.Single().Clone();
        }
    }

    public void Change(Action<Job> change)
    {
        lock (_sync)
        {
            change(_jobs.Single());
        }
    }

    /// <summary>All holds have run out.</summary>
    public void ExpireHolds()
    {
        lock (_sync)
        {
            _held.Clear();
        }
    }

    public bool IsHeld()
    {
        lock (_sync)
        {
            return _held.Count > 0;
        }
    }

    public override Task<Job> Create(CreateJobRequest request, ServerCallContext context) => Do(() =>
    {
        var key = $"{request.App}\n{request.Key}";
        if (request.Key.Length > 0 && _keys.TryGetValue(key, out var known))
        {
            return Find(known);
        }

        var job = new Job
        {
            Id = $"job-{_jobs.Count + 1}",
            Kind = request.Kind,
            App = request.App,
            Spec = request.Spec,
            CreatedUnixMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        };
        _jobs.Add(job);
        _keys[key] = job.Id;
        return job;
    });

    public override Task<Job> Get(GetJobRequest request, ServerCallContext context) => Do(() => Find(request.Id));

    public override Task<TakeJobReply> Take(TakeJobRequest request, ServerCallContext context)
    {
        Interlocked.Increment(ref _takes);
        return Do(() =>
        {
            var job = _jobs.FirstOrDefault(one => one.State == JobState.Unfinished && request.Kinds.Contains(one.Kind) && !_held.Contains(one.Id));
            if (job is null)
            {
                return new TakeJobReply();
            }

            _held.Add(job.Id);
            job.Fence++;
            return new TakeJobReply { Job = job };
        });
    }

    public override Task<Job> Save(SaveJobRequest request, ServerCallContext context)
    {
        OnSave(request);
        return Do(() =>
        {
            var job = Find(request.Id);
            if (job.Fence != request.Fence || job.State != JobState.Unfinished)
            {
                throw new RpcException(new Status(StatusCode.FailedPrecondition, "another has it"));
            }

            _saves.Add(request);
            job.Progress = request.Progress;
            job.State = request.State;
            job.Failure = request.Failure;
            job.SavedUnixMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            if (request.HoldMs == 1_000)
            {
                _held.Remove(job.Id);
            }

            return job;
        });
    }

    public override Task<Job> Cancel(CancelJobRequest request, ServerCallContext context) => Do(() =>
    {
        var job = Find(request.Id);
        job.CancelRequested = true;
        return job;
    });

    private Job Find(string id) => _jobs.Find(job => job.Id == id) ?? throw new RpcException(new Status(StatusCode.NotFound, $"id: there is no job {id}"));

    private Task<T> Do<T>(Func<T> answer)
        where T : IDeepCloneable<T>
    {
        lock (_sync)
        {
            return Away is { } status ? throw new RpcException(new Status(status, "not now")) : Task.FromResult(answer().Clone());
        }
    }
}
