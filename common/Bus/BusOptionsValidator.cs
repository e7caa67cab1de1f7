using Microservices.Bus.RabbitMq;
using Microsoft.Extensions.Options;

namespace Microservices.Bus;

/// <summary>Names every bad value at once. The address of the broker holds a password and is never shown.</summary>
internal sealed class BusOptionsValidator : IValidateOptions<BusOptions>
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, BusOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        Address(faults, options);

        Within(faults, nameof(options.PublishTimeout), options.PublishTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(60));
        Within(faults, nameof(options.RoomQueueExpiry), options.RoomQueueExpiry, TimeSpan.FromSeconds(1), Day);
        Within(faults, nameof(options.RoomMessageTimeToLive), options.RoomMessageTimeToLive, TimeSpan.FromSeconds(1), Day);
        Within(faults, nameof(options.UplinkBalanceInterval), options.UplinkBalanceInterval, TimeSpan.FromMilliseconds(100), Day);
        Within(faults, nameof(options.RetryDelay), options.RetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(60));
        Within(faults, nameof(options.MaxRetryDelay), options.MaxRetryDelay, options.RetryDelay, TimeSpan.FromMinutes(5));
        Within(faults, nameof(options.Heartbeat), options.Heartbeat, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        Within(faults, nameof(options.ConnectTimeout), options.ConnectTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(60));
        Within(faults, nameof(options.MaxReconnectDelay), options.MaxReconnectDelay, TimeSpan.FromMilliseconds(200), TimeSpan.FromMinutes(5));

        Within(faults, nameof(options.MaxInFlight), options.MaxInFlight, 1, 65_535);
        Within(faults, nameof(options.MaxWaiting), options.MaxWaiting, 1, 10_000_000);
        Within(faults, nameof(options.RoomPrefetch), options.RoomPrefetch, 1, 65_535);
        Within(faults, nameof(options.UplinkPrefetch), options.UplinkPrefetch, 1, UplinkQueues.MaxBatch);
        Within(faults, nameof(options.PresencePrefetch), options.PresencePrefetch, 1, 65_535);
        Within(faults, nameof(options.MaxAttempts), options.MaxAttempts, 1, 1_000);
        Within(faults, nameof(options.InProcessMaxMessages), options.InProcessMaxMessages, 1, 100_000_000);
        Within(faults, nameof(options.MaxWaitingBytes), options.MaxWaitingBytes, 1 << 20, 1L << 40);
        Within(faults, nameof(options.RoomQueueMaxBytes), options.RoomQueueMaxBytes, 1 << 10, 1L << 40);
        Within(faults, nameof(options.UplinkQueueMaxBytes), options.UplinkQueueMaxBytes, 1 << 10, 1L << 40);
        Within(faults, nameof(options.DeadLetterMaxBytes), options.DeadLetterMaxBytes, 1 << 10, 1L << 40);
        Within(faults, nameof(options.PresenceQueueMaxBytes), options.PresenceQueueMaxBytes, 1 << 10, 1L << 40);
        return faults.Build();
    }

    private static void Address(ValidateOptionsResultBuilder faults, BusOptions options)
    {
        if (options.Kind is not (BusOptions.RabbitMq or BusOptions.InProcess))
        {
            faults.AddError($"'{options.Kind}' is not a kind of bus; '{BusOptions.RabbitMq}' and '{BusOptions.InProcess}' are.", Path(nameof(options.Kind)));
        }

        if (options.Kind != BusOptions.RabbitMq)
        {
            return;
        }

        if (options.Uri is null == options.UriFile is null)
        {
            faults.AddError("RabbitMQ needs its address in Bus:Uri or in a file named by Bus:UriFile, one of the two.", Path(nameof(options.Uri)));
        }
        else if (options.Uri is not null && !BrokerAddress.TryParse(options.Uri, out _, out var fault))
        {
            faults.AddError(fault, Path(nameof(options.Uri)));
        }
        else if (options.UriFile is not null && !File.Exists(options.UriFile))
        {
            faults.AddError($"There is no file '{options.UriFile}'.", Path(nameof(options.UriFile)));
        }
    }

    private static void Within<T>(ValidateOptionsResultBuilder faults, string name, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            faults.AddError(FormattableString.Invariant($"{value} is out of bounds; {least} to {most} is allowed."), Path(name));
        }
    }

    private static string Path(string name) => $"{BusOptions.Section}:{name}";
}
