namespace Microservices.Client.Cursors;

/// <summary>Whose cursor, in which channel.</summary>
/// <param name="App">The app.</param>
/// <param name="User">The user.</param>
/// <param name="Device">The device; empty = none.</param>
/// <param name="Channel">The channel.</param>
public sealed record CursorKey(string App, string User, string Device, string Channel);
