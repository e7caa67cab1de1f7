using Microservices.Cli.CommandLine;
using Microservices.Cli.Tokens;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Apps;

/// <summary>Changes the keys of an app, whose secrets nobody is told: what is left out of a key that is known stays as it is.</summary>
internal static class AppKeys
{
    /// <exception cref="CliException">A file has no key, or the app has no key of that name.</exception>
    public static void Change(AppDescription app, IReadOnlyList<string> files, IReadOnlyList<string> removed)
    {
        foreach (var kid in removed)
        {
            if (Find(app, kid) is not { } key)
            {
                throw new CliException($"The app {app.Name} has no key '{kid}'");
            }

            app.TokenKeys.Remove(key);
        }

        foreach (var key in files.Select(static file => KeyFile.Read(file).ToContract()))
        {
            if (Find(app, key.Kid) is { } former)
            {
                app.TokenKeys.Remove(former);
            }

            app.TokenKeys.Add(key);
        }
    }

    private static SigningKey? Find(AppDescription app, string kid) => app.TokenKeys.FirstOrDefault(key => key.Kid == kid);
}
