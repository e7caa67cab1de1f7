using System.Globalization;
using Google.Protobuf;
using Microservices.Contracts.Register;
using Microservices.Register.Jobs;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>Jobs in Redis, all in the slot of <c>{jobs}</c>: a hash each, and sorted sets of those that are free, held and ended.</summary>
internal sealed class RedisJobStore(RedisClient redis, IOptions<JobsOptions> options) : IJobStore
{
    private static readonly RedisKey[] ScriptKeys = [Keys.JobsHighest];
    private readonly RedisValue _keep = (long)options.Value.KeepEnded.TotalMicroseconds;

    public async Task<Job?> CreateAsync(string app, string kind, ByteString spec, string key, CancellationToken cancellationToken) =>
        ToJobOrNull(await RunAsync(Script.JobsCreate, [kind, app, Bytes(spec), key, JobLimits.MaxUnfinished], cancellationToken));

    public async Task<Job?> GetAsync(string id, CancellationToken cancellationToken)
    {
        var fields = await redis.CallAsync("jobs_get", database => database.HashGetAllAsync(Keys.Job(id)), cancellationToken);
        return fields.Length == 0 ? null : ToJob(id, fields.ToDictionary(static field => field.Name.ToString(), static field => field.Value));
    }

    public async Task<JobPage> ListAsync(string app, string before, int limit, CancellationToken cancellationToken)
    {
        var from = before.Length == 0 ? "+" : "(" + before;
        var result = await RunAsync(Script.JobsList, [app, from, limit, JobLimits.MaxPageBytes], cancellationToken);
        List<Job> jobs = [];
        for (var i = 1; i < result.Length; i += 2)
        {
            jobs.Add(ToJob((string)result[i]!, result[i + 1]));
        }

        return new JobPage(jobs, (int)result[0] == 1);
    }

    public async Task<Job?> TakeAsync(IReadOnlyCollection<string> kinds, TimeSpan hold, CancellationToken cancellationToken) =>
        ToJobOrNull(await RunAsync(Script.JobsTake, [Micros(hold), .. kinds.Select(static kind => (RedisValue)kind)], cancellationToken));

    public async Task<JobSave> SaveAsync(
        string id, ulong fence, ByteString progress, JobState state, string failure, TimeSpan hold, CancellationToken cancellationToken)
    {
        var result = await RunAsync(
            Script.JobsSave,
            [id, fence.ToString(CultureInfo.InvariantCulture), Bytes(progress), (int)state, failure, Micros(hold)],
            cancellationToken);
        var outcome = (JobSaveState)(int)result[0];
        return new JobSave(outcome, outcome == JobSaveState.Saved ? ToJob(id, result[1]) : null);
    }

    public async Task<Job?> CancelAsync(string id, CancellationToken cancellationToken)
    {
        var result = await RunAsync(Script.JobsCancel, [id], cancellationToken);
        return (int)result[0] == 1 ? ToJob(id, result[1]) : null;
    }

    private static RedisValue Bytes(ByteString bytes) => bytes.Memory;

    private static long Micros(TimeSpan span) => (long)span.TotalMicroseconds;

    private static Job? ToJobOrNull(RedisResult result) => (string)result[0]! is { Length: > 0 } id ? ToJob(id, result[1]) : null;

    private static Job ToJob(string id, RedisResult flat)
    {
        var values = (RedisValue[])flat!;
        return ToJob(id, Enumerable.Range(0, values.Length / 2).ToDictionary(i => values[2 * i].ToString(), i => values[(2 * i) + 1]));
    }

    private static Job ToJob(string id, Dictionary<string, RedisValue> fields)
    {
        return new Job
        {
            Id = id,
            Kind = Field("kind").ToString(),
            App = Field("app").ToString(),
            Spec = ByteString.CopyFrom((byte[]?)Field("spec") ?? []),
            Progress = ByteString.CopyFrom((byte[]?)Field("progress") ?? []),
            State = (JobState)(int)Field("state"),
            Failure = Field("failure").ToString(),
            CancelRequested = Field("cancel") == "1",
            Fence = (ulong)Field("fence"),
            CreatedUnixMs = (long)Field("created") / 1_000,
            SavedUnixMs = (long)Field("saved") / 1_000,
        };

        RedisValue Field(string name) => fields.GetValueOrDefault(name);
    }

    private Task<RedisResult> RunAsync(Script script, RedisValue[] values, CancellationToken cancellationToken) =>
        redis.RunAsync(script, ScriptKeys, [Keys.JobsFront, _keep, .. values], cancellationToken);
}
