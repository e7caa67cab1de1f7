namespace Microservices.Center.Console;

/// <summary>Where the pages are.</summary>
internal static class ConsolePaths
{
    public const string Root = "/console";
    public const string Login = "/console/login";
    public const string Logout = "/console/logout";
    public const string Language = "/console/language";
    public const string Send = "/console/send";

    /// <summary>The send page again, with everything that was filled in, and nothing sent.</summary>
    public const string Look = "/console/send/look";

    /// <summary>The list of users alone, for the script.</summary>
    public const string People = "/console/send/people";

    public const string Assets = "/console/assets";
}
