using Microservices.Contracts.Center;
using Microservices.Contracts.Register;

namespace Microservices.Center.Apps;

/// <summary>Register's app and the API's: the same fields, of which each contract may grow by itself.</summary>
internal static class AppDescriptions
{
    public static AppDescription ToDescription(App app) => new()
    {
        Name = app.Name,
        SessionPerDevice = app.Devices == DevicePolicy.PerDevice,
        ChatUsers = app.Chat?.Users ?? false,
        ChatBroadcast = app.Chat?.Broadcast ?? false,
        ChatMaxRecipients = app.Chat?.MaxRecipients ?? 0,
        SilenceLimitMs = app.Liveness?.SilenceLimitMs ?? 0,
        MinHeartbeatMs = app.Liveness?.MinHeartbeatMs ?? 0,
        MaxHeartbeatMs = app.Liveness?.MaxHeartbeatMs ?? 0,
        DefaultHeartbeatMs = app.Liveness?.DefaultHeartbeatMs ?? 0,
        Sender = app.Sender,
        MaxPayloadBytes = app.MaxPayloadBytes,
        Revision = app.Revision,
    };

    /// <summary>Without the revision, which is register's to give.</summary>
    public static App ToApp(AppDescription description) => new()
    {
        Name = description.Name,
        Devices = description.SessionPerDevice ? DevicePolicy.PerDevice : DevicePolicy.Single,
        Chat = new ChatPolicy
        {
            Users = description.ChatUsers,
            Broadcast = description.ChatBroadcast,
            MaxRecipients = description.ChatMaxRecipients,
        },
        Liveness = new LivenessPolicy
        {
            SilenceLimitMs = description.SilenceLimitMs,
            MinHeartbeatMs = description.MinHeartbeatMs,
            MaxHeartbeatMs = description.MaxHeartbeatMs,
            DefaultHeartbeatMs = description.DefaultHeartbeatMs,
        },
        Sender = description.Sender,
        MaxPayloadBytes = description.MaxPayloadBytes,
    };

    /// <summary>Register's sentence about a field, in the field names of the API.</summary>
    public static string ToDescriptionFields(string sentence) => sentence
        .Replace("app.liveness.", "app.", StringComparison.Ordinal)
        .Replace("app.chat.", "app.chat_", StringComparison.Ordinal);
}
