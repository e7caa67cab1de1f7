namespace Microservices.Standalone;

/// <summary>Asks a service whether it is ready. What it waits for it says in its own log.</summary>
internal static class ReadinessProbe
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task WaitAsync(int adminPort, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        var address = new Uri($"http://127.0.0.1:{adminPort}/readyz");
        while (true)
        {
            using (var reply = await http.GetAsync(address, cancellationToken))
            {
                if (reply.IsSuccessStatusCode)
                {
                    return;
                }
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }
}
