using Microservices.Center.Refusals;

namespace Microservices.Center.Chat;

/// <summary>Why a chat message goes nowhere, for its sender.</summary>
internal sealed record ChatRefusal(RefusalCode Code, string Message);
