using RabbitMQ.Client;

namespace Microservices.Bus.RabbitMq;

internal static class ChannelEnd
{
    /// <summary>How long a polite close may take; what it wanted then happens with the end of the connection.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    public static async Task CloseAsync(IChannel channel)
    {
        try
        {
            using var deadline = new CancellationTokenSource(Timeout);
            if (channel.IsOpen)
            {
                await channel.CloseAsync(deadline.Token).WaitAsync(deadline.Token);
            }

            await channel.DisposeAsync().AsTask().WaitAsync(deadline.Token);
        }
        catch (Exception)
        {
            // It has ended with its connection, or will.
        }
    }
}
