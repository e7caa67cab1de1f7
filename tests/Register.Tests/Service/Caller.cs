using Grpc.Core;
using Microservices.Contracts.Register;

namespace Microservices.Register.Tests.Service;

/// <summary>Calls as other services make them.</summary>
internal static class Caller
{
    public static async Task<string> IssueAsync(this RunningRegister register, string user, string app = "default") =>
        (await register.Tokens.IssueAsync(new IssueTokenRequest { App = app, User = user })).Token;

    public static Claim Claim(string user, string token, ulong session = 1, string app = "default", string device = "") => new()
    {
        App = app,
        User = user,
        Device = device,
        Token = token,
        Session = session,
        RemoteAddress = "192.0.2.1:50000",
        ClientVersion = 2,
        Sdk = "test/1",
    };

    public static async Task<IReadOnlyList<ClaimResult>> ClaimAsync(this RunningRegister register, ulong incarnation, params Claim[] claims) =>
        (await register.Sessions.ClaimAsync(new ClaimRequest { Incarnation = incarnation, Claims = { claims } })).Results;

    public static async Task<ClaimResult> ClaimAsync(this RunningRegister register, TestRoom room, string user, string token, ulong session = 1) =>
        Assert.Single(await register.ClaimAsync(room.Incarnation, Claim(user, token, session)));

    public static async Task<IReadOnlyList<Session>> LookupAsync(this RunningRegister register, string user, string app = "default") =>
        Assert.Single((await register.Sessions.LookupAsync(new LookupRequest { App = app, Users = { user } })).Users).Sessions;

    /// <summary>The status that the call ends with.</summary>
    public static async Task<Status> FaultAsync<T>(AsyncUnaryCall<T> call) => (await Assert.ThrowsAsync<RpcException>(async () => await call)).Status;

    public static void Is(this Status status, StatusCode code, params string[] words)
    {
        Assert.True(code == status.StatusCode, $"{status}; expected {code}");
        Assert.All(words, word => Assert.Contains(word, status.Detail, StringComparison.Ordinal));
    }
}
