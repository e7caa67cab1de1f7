using Google.Protobuf;
using Microservices.Contracts.CenterWork;

namespace Microservices.Center.Kick;

/// <summary>Which of a job's users had a session: a bit for each, so that ten thousand users take 1.2 KB of progress.</summary>
internal static class UserBits
{
    public static bool IsSet(KickProgress progress, int user) =>
        user / 8 < progress.UsersFound.Length && (progress.UsersFound[user / 8] & (1 << (user % 8))) != 0;

    public static void Set(KickProgress progress, int user)
    {
        var bits = new byte[Math.Max(progress.UsersFound.Length, (user / 8) + 1)];
        progress.UsersFound.CopyTo(bits, 0);
        bits[user / 8] |= (byte)(1 << (user % 8));
        progress.UsersFound = ByteString.CopyFrom(bits);
    }
}
