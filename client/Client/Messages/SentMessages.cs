using System.Globalization;

namespace Microservices.Client.Messages;

/// <summary>Names messages, and finds the latest ones again when an error about one arrives.</summary>
internal sealed class SentMessages(TimeProvider time)
{
    private const int MaxWatched = 1024;

    private readonly Lock _sync = new();
    private readonly Dictionary<string, SentMessage> _byId = [];
    private readonly Queue<SentMessage> _byAge = [];
    private long _count;

    public SentMessage Add()
    {
        lock (_sync)
        {
            var message = new SentMessage((++_count).ToString(CultureInfo.InvariantCulture), time);
            _byId.Add(message.Id, message);
            _byAge.Enqueue(message);
            if (_byAge.Count > MaxWatched)
            {
                var oldest = _byAge.Dequeue();
                _byId.Remove(oldest.Id);
                oldest.Complete(error: null);
            }

            return message;
        }
    }

    public void Fail(ServerError error)
    {
        lock (_sync)
        {
            _byId.GetValueOrDefault(error.Id)?.Complete(error);
        }
    }
}
