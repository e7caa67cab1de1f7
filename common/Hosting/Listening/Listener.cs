using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Microservices.Hosting.Listening;

/// <summary>A listener as the service composed it; its address comes from configuration.</summary>
internal sealed record Listener(string Name, Action<ListenOptions> Configure, bool SpeaksHttp);
