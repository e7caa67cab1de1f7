using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microservices.StandIns.Tests.Protos;

namespace Microservices.StandIns.Tests.Calls;

/// <summary>A message with every kind of field at its extremes.</summary>
internal static class WideMessage
{
    public static Wide Create() => new()
    {
        ADouble = double.MinValue,
        AFloat = float.Epsilon,
        AnInt32 = int.MinValue,
        AnInt64 = long.MinValue,
        AUint32 = uint.MaxValue,
        AUint64 = ulong.MaxValue,
        ASint32 = int.MinValue,
        ASint64 = long.MinValue,
        AFixed32 = uint.MaxValue,
        AFixed64 = ulong.MaxValue,
        ASfixed32 = int.MinValue,
        ASfixed64 = long.MinValue,
        ABool = true,
        AString = "ÄÖÜ – 漢字 – 🙂 \0",
        SomeBytes = ByteString.CopyFrom(0, 255, 128),
        AColour = Colour.Blue,
        Nested = new Wide { Nested = new Wide { AString = "two levels down" } },
        Maybe = 0,
        Packed = { long.MaxValue, 0, -1 },
        Strings = { "", "one", "two" },
        Children = { new Wide { AnInt32 = 1 }, new Wide() },
        ByName = { ["a"] = 1, [""] = -1 },
        ByNumber = { [ulong.MaxValue] = new Wide { AnInt32 = 2 } },
        Number = new Number { Value = 42 },
        Instant = Timestamp.FromDateTime(new DateTime(2026, 2, 28, 23, 59, 59, DateTimeKind.Utc)),
        Span = Duration.FromTimeSpan(TimeSpan.FromTicks(-1)),
        Wrapped = "",
        Any = Any.Pack(new Number { Value = 7 }),
        Structure = new Struct { Fields = { ["list"] = Value.ForList(Value.ForBool(true), Value.ForNull()) } },
        Colours = { Colour.Red, Colour.Blue, (Colour)99 },
        FarField = -1,
    };
}
