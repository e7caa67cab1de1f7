using Microservices.Contracts.Center;

namespace Microservices.Cli.Presence;

/// <summary>Shows what <c>watch</c> learns: for people, or for programs.</summary>
internal interface IWatchPrinter
{
    /// <summary>The state was read; what it changed follows.</summary>
    void Read(ReadNow.Types.Why why, int sessions, bool isComplete);

    void Change(PresenceChange change);
}
