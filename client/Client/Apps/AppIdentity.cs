using Microservices.Client.Cursors;

namespace Microservices.Client.Apps;

/// <summary>Who reads in an app.</summary>
/// <param name="App">The app.</param>
/// <param name="User">The user there.</param>
/// <param name="Device">The device; empty = none.</param>
/// <param name="NamedApp">The app as frames name it: empty for the client's own.</param>
internal sealed record AppIdentity(string App, string User, string Device, string NamedApp);

/// <summary>A channel as a reader has it: channels of two apps, or of two users, have the same names and nothing else in common.</summary>
internal readonly record struct ReaderChannel(AppIdentity Reader, string Channel)
{
    public CursorKey CursorKey => new(Reader.App, Reader.User, Reader.Device, Channel);
}

/// <summary>Where a message came from.</summary>
/// <param name="Reader">Whose it is.</param>
/// <param name="AcknowledgeOn">The connection that waits for its acknowledgement; null: nobody does.</param>
internal readonly record struct MessageSource(AppIdentity Reader, Connections.Connection? AcknowledgeOn);
