namespace Microservices.Register.Store.Memory.Channels;

/// <summary>Apps, and users within them, by their characters.</summary>
internal sealed class UserOrder : IComparer<(string App, string User)>
{
    public static readonly UserOrder Instance = new();

    public int Compare((string App, string User) x, (string App, string User) y) =>
        string.CompareOrdinal(x.App, y.App) is var apps && apps != 0 ? apps : string.CompareOrdinal(x.User, y.User);
}
