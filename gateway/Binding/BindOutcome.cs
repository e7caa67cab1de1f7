namespace Microservices.Gateway.Binding;

/// <summary>What became of a bind. A closed list: each is a tag value of <c>gateway.binds</c>.</summary>
internal enum BindOutcome
{
    /// <summary>The app has a session on the connection.</summary>
    Bound,

    /// <summary>User and token do not fit, or there is no such app.</summary>
    Refused,

    /// <summary>A field is missing, too long or malformed.</summary>
    Invalid,

    /// <summary>The app had a session on the connection.</summary>
    AlreadyBound,

    /// <summary>The connection has as many apps as it may.</summary>
    TooManyApps,

    /// <summary>Binds came too fast.</summary>
    RateLimited,

    /// <summary>Register is away, or too many logins wait.</summary>
    TryLater,

    /// <summary>Register did not answer in time.</summary>
    TimedOut,
}
