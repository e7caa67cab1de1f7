using Microservices.Client.Connections;
using Microservices.Client.Reconnecting;

namespace Microservices.Client.Apps;

/// <summary>A further app that the client wants, bound or not. Guarded by <see cref="BoundApps"/>.</summary>
internal sealed class BoundApp(AppLogin login, TimeProvider time)
{
    public AppIdentity Identity { get; } = new(login.App, login.User, login.Device, login.App);

    public Credentials Credentials { get; } = new(login.Token, login.TokenProvider);

    public ResumeTicket Ticket { get; } = new();

    public LateLogins Late { get; } = new(time);

    /// <summary>Completes with the first bind that succeeds, or when there will be none.</summary>
    public TaskCompletionSource First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the app that is being unbound has no session any more.</summary>
    public TaskCompletionSource Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The connection on which it has a session; null = it has none.</summary>
    public Connection? On { get; set; }

    /// <summary>The token of the latest bind.</summary>
    public string Token { get; set; } = "";

    /// <summary>Its kept messages are acknowledged.</summary>
    public bool Acknowledges { get; set; }

    /// <summary>The application has unbound it.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>Since when, on the client's clock, and for how long its token is good; null = it has no end, or no other one can be had.</summary>
    public (long Since, TimeSpan For)? Good { get; set; }

    /// <summary>Since when, on the client's clock, and how long the next bind is put off.</summary>
    public (long Since, TimeSpan For) PutOff { get; set; }
}
