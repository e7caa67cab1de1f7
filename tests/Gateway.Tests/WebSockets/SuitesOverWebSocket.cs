using Microservices.Gateway.Tests.Binding;
using Microservices.Gateway.Tests.Parking;
using Microservices.Gateway.Tests.Running;
using Microservices.Gateway.Tests.Service;

namespace Microservices.Gateway.Tests.WebSockets;

[OverWebSocket]
public sealed class LoginOverWebSocketTests : LoginTests;

[OverWebSocket]
public sealed class HeartbeatOverWebSocketTests : HeartbeatTests;

[OverWebSocket]
public sealed class LivenessOverWebSocketTests : LivenessTests;

[OverWebSocket]
public sealed class AwayOverWebSocketTests : AwayTests;

[OverWebSocket]
public sealed class ChatOverWebSocketTests : ChatTests;

[OverWebSocket]
public sealed class DeliveryOverWebSocketTests : DeliveryTests;

[OverWebSocket]
public sealed class SlowReaderOverWebSocketTests : SlowReaderTests;

[OverWebSocket]
public sealed class KeptDeliveryOverWebSocketTests : KeptDeliveryTests;

[OverWebSocket]
public sealed class AckOverWebSocketTests : AckTests;

[OverWebSocket]
public sealed class AllChannelOverWebSocketTests : AllChannelTests;

[OverWebSocket]
public sealed class FetchOverWebSocketTests : FetchTests;

[OverWebSocket]
public sealed class ResumeOverWebSocketTests : ResumeTests;

[OverWebSocket]
public sealed class ParkingOverWebSocketTests : ParkingTests;

[OverWebSocket]
public sealed class BindOverWebSocketTests : BindTests;

[OverWebSocket]
public sealed class BoundEndsOverWebSocketTests : BoundEndsTests;

[OverWebSocket]
public sealed class BoundDeliveryOverWebSocketTests : BoundDeliveryTests;
