using System.Buffers;
using System.Globalization;
using System.Text;
using Microservices.Protocol.Bodies;
using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Tests.Specification;

/// <summary>proto/client-protocol.md says what the code does.</summary>
public sealed class ClientProtocolTests
{
    public static TheoryData<string> Frames => [.. Document.FrameBlocks().Select(lines => string.Join('\n', lines))];

    [Theory]
    [MemberData(nameof(Frames))]
    public void FrameBlock_Decoded_IsWhatItSays(string block)
    {
        var lines = block.Split('\n');
        var bytes = Convert.FromHexString(string.Concat(lines[..^2]).Replace(" ", "", StringComparison.Ordinal));
        var buffer = new ReadOnlySequence<byte>(bytes);

        Assert.True(FrameDecoder.TryRead(ref buffer, Frame.DefaultMaxBytes, out var header, out var body));
        Assert.Equal(lines[^2], $"header: {header.Length} bytes, version {header.Version}, command {(uint)header.Command}");
        Assert.Equal(lines[^1], $"body: {AsJson(header, body)}");
        Assert.True(buffer.IsEmpty);
    }

    [Fact]
    public void FrameBlocks_CoverEveryCommandThatIsBuilt()
    {
        var commands = Document.FrameBlocks().Select(lines => lines[^2].Split("command ")[1]).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(["1", "101", "102", "105", "106", "107", "108", "113", "114", "115", "12", "13", "2", "3", "4", "5", "6", "7", "8"], commands);
    }

    [Fact]
    public void BodyTables_HaveTheFieldsOfTheBodies()
    {
        SameFields("### 1 ", Verify.Fields);
        SameFields("### 101 ", VerifyResult.Fields);
        SameFields("limits:", Limits.Fields);
        SameFields("### 2 ", SingleChat.Fields);
        SameFields("### 3 ", GroupChat.Fields);
        SameFields("### 4 ", BroadcastChat.Fields);
        SameFields("### 102, 103, 104 ", ChatDelivery.Fields);
        SameFields("### 5 ", Heartbeat.Fields);
        SameFields("### 105 ", HeartbeatAck.Fields);
        SameFields("### 106 ", PushDelivery.Fields);
        SameFields("### 6 ", Ack.Fields);
        SameFields("positions:", ChannelPosition.Fields);
        SameFields("### 13 ", Fetch.Fields);
        SameFields("### 113 ", Page.Fields);
        SameFields("### 107 ", Directive.Fields);
        SameFields("### 108 ", Error.Fields);
        SameFields("### 12 ", Goodbye.Fields);
        SameFields("### 7 ", Bind.Fields);
        SameFields("### 114 ", BindResult.Fields);
        SameFields("### 8 ", Unbind.Fields);
        SameFields("### 115 ", Unbound.Fields);
    }

    [Fact]
    public void CodeTable_ComparedWithCodesCsv_IsTheSameRowForRow()
    {
        var expected = File.ReadLines(Document.PathOf("codes.csv")).Skip(1).Select(line => line.Split(',', 7))
            .Select(cells => string.Join('|', cells[0], cells[1], cells[2], cells[5], cells[6]));

        Assert.Equal(expected, Document.TableAfter("A connection that ends without a code").Select(cells => string.Join('|', cells)));
    }

    private static void SameFields(string heading, FieldTable fields)
    {
        var rows = Document.TableAfter(heading);

        Assert.All(rows, row => Assert.Equal(row[1], fields.NameOf(int.Parse(row[0], CultureInfo.InvariantCulture)).Value));
        Assert.Equal(Enumerable.Range(1, rows.Length), rows.Select(row => int.Parse(row[0], CultureInfo.InvariantCulture)));
        Assert.False(fields.Has(rows.Length + 1));
    }

    private static string AsJson(FrameHeader header, ReadOnlySequence<byte> body) => header.Command switch
    {
        Command.Verify => AsJson<Verify>(header, body),
        Command.VerifyResult => AsJson<VerifyResult>(header, body),
        Command.SingleChat => AsJson<SingleChat>(header, body),
        Command.GroupChat => AsJson<GroupChat>(header, body),
        Command.BroadcastChat => AsJson<BroadcastChat>(header, body),
        Command.SingleChatDelivery => AsJson<ChatDelivery>(header, body),
        Command.HeartbeatAck => AsJson<HeartbeatAck>(header, body),
        Command.Push => AsJson<PushDelivery>(header, body),
        Command.Ack => AsJson<Ack>(header, body),
        Command.Fetch => AsJson<Fetch>(header, body),
        Command.Page => AsJson<Page>(header, body),
        Command.Directive => AsJson<Directive>(header, body),
        Command.Error => AsJson<Error>(header, body),
        Command.Heartbeat => AsJson<Heartbeat>(header, body),
        Command.Goodbye => AsJson<Goodbye>(header, body),
        Command.Bind => AsJson<Bind>(header, body),
        Command.BindResult => AsJson<BindResult>(header, body),
        Command.Unbind => AsJson<Unbind>(header, body),
        Command.Unbound => AsJson<Unbound>(header, body),
        _ => throw new InvalidOperationException($"No body is known for command {header.Command}."),
    };

    private static string AsJson<TBody>(FrameHeader header, ReadOnlySequence<byte> body)
        where TBody : IBody<TBody>, new() =>
        Encoding.UTF8.GetString(FrameWriter.ToArray(1, header.Command, FrameBody.Read<TBody>(header, body)).AsSpan(Frame.HeaderBytes));
}
