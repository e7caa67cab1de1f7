using Google.Protobuf;
using Microservices.Contracts.Register;
using Microservices.Register.Jobs;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Store.Memory;

/// <summary>Jobs of one register on its own, with the same rules as the scripts of Redis.</summary>
internal sealed class MemoryJobStore(TimeProvider time, IOptions<JobsOptions> options) : IJobStore
{
    private readonly Lock _sync = new();
    private readonly SortedDictionary<string, Entry> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<(string App, string Kind, string Key), string> _keys = [];
    private readonly Queue<string> _ended = new();
    private ulong _highest;

    public Task<Job?> CreateAsync(string app, string kind, ByteString spec, string key, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            Purge();
            if (key.Length > 0 && _keys.TryGetValue((app, kind, key), out var known))
            {
                return Answer(_jobs[known].Job);
            }

            if (_jobs.Count - _ended.Count >= JobLimits.MaxUnfinished)
            {
                return Task.FromResult<Job?>(null);
            }

            _highest = Math.Max(_highest + 1, (ulong)time.Micros());
            var job = new Job
            {
                Id = $"{_highest:x16}",
                Kind = kind,
                App = app,
                Spec = spec,
                CreatedUnixMs = time.Micros() / 1_000,
                SavedUnixMs = time.Micros() / 1_000,
            };
            _jobs[job.Id] = new Entry(job, key);
            if (key.Length > 0)
            {
                _keys[(app, kind, key)] = job.Id;
            }

            return Answer(job);
        }
    }

    public Task<Job?> GetAsync(string id, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            return Answer(_jobs.GetValueOrDefault(id)?.Job);
        }
    }

    public Task<JobPage> ListAsync(string app, string before, int limit, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            List<Job> page = [];
            var bytes = 0;
            foreach (var job in _jobs.Values.Select(static entry => entry.Job).Reverse())
            {
                if (job.App != app || (before.Length > 0 && string.CompareOrdinal(job.Id, before) >= 0))
                {
                    continue;
                }

                bytes += job.Spec.Length + job.Progress.Length;
                if (page.Count == limit || (page.Count > 0 && bytes > JobLimits.MaxPageBytes))
                {
                    return Task.FromResult(new JobPage(page, HasMore: true));
                }

                page.Add(job.Clone());
            }

            return Task.FromResult(new JobPage(page, HasMore: false));
        }
    }

    public Task<Job?> TakeAsync(IReadOnlyCollection<string> kinds, TimeSpan hold, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            var now = time.Micros();
            var oldest = _jobs.Values.FirstOrDefault(
                entry => entry.Job.State == JobState.Unfinished && entry.HeldUntil <= now && kinds.Contains(entry.Job.Kind));
            if (oldest is not null)
            {
                oldest.HeldUntil = now + (long)hold.TotalMicroseconds;
                oldest.Job.Fence++;
            }

            return Answer(oldest?.Job);
        }
    }

    public Task<JobSave> SaveAsync(
        string id, ulong fence, ByteString progress, JobState state, string failure, TimeSpan hold, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            return Task.FromResult(Save(id, fence, progress, state, failure, hold));
        }
    }

    public Task<Job?> CancelAsync(string id, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            if (_jobs.TryGetValue(id, out var found) && found.Job.State == JobState.Unfinished)
            {
                found.Job.CancelRequested = true;
            }

            return Answer(found?.Job);
        }
    }

    private static Task<Job?> Answer(Job? job) => Task.FromResult(job?.Clone());

    private JobSave Save(string id, ulong fence, ByteString progress, JobState state, string failure, TimeSpan hold)
    {
        if (!_jobs.TryGetValue(id, out var found))
        {
            return new JobSave(JobSaveState.NotFound, null);
        }

        var job = found.Job;
        if (job.Fence != fence || fence == 0)
        {
            return new JobSave(JobSaveState.Lost, null);
        }

        if (job.State != JobState.Unfinished)
        {
            return job.State == state ? new JobSave(JobSaveState.Saved, job.Clone()) : new JobSave(JobSaveState.Ended, null);
        }

        job.Progress = progress;
        job.State = state;
        job.Failure = failure;
        job.SavedUnixMs = time.Micros() / 1_000;
        found.HeldUntil = time.Micros() + (long)hold.TotalMicroseconds;
        if (state != JobState.Unfinished)
        {
            _ended.Enqueue(id);
        }

        var saved = job.Clone();
        Purge();
        return new JobSave(JobSaveState.Saved, saved);
    }

    private void Purge()
    {
        var before = (time.Micros() - (long)options.Value.KeepEnded.TotalMicroseconds) / 1_000;
        while (_ended.TryPeek(out var id) && (_ended.Count > JobLimits.MaxEnded || _jobs[id].Job.SavedUnixMs <= before))
        {
            _ended.Dequeue();
            if (_jobs.Remove(id, out var entry) && entry.Key.Length > 0)
            {
                _keys.Remove((entry.Job.App, entry.Job.Kind, entry.Key));
            }
        }
    }

    private sealed class Entry(Job job, string key)
    {
        public Job Job { get; } = job;

        public string Key { get; } = key;

        public long HeldUntil { get; set; }
    }
}
