using Microservices.Bus.Tests.Contract;

namespace Microservices.Bus.Tests.InProcess;

public sealed class InProcessRoomTests : RoomContract
{
    protected override BusMedium Medium { get; } = new ProcessMedium();
}
