using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microservices.Center.Http.Json;
using Microservices.Center.Http.Operations;
using Microservices.Center.Refusals;
using Microservices.Contracts.Center;

namespace Microservices.Center.Tests.Http;

public sealed class JsonMessageTests
{
    [Fact]
    public void Write_ThenRead_EveryMessageOfTheApi_IsTheSame()
    {
        var messages = OperationTable.All.SelectMany(operation => new[] { operation.Request, operation.Reply }).Distinct().ToArray();

        Assert.True(messages.Length > 25);
        foreach (var type in messages.Where(type => !HasSigned(type)))
        {
            var message = Filled(type);
            var read = type.Parser.ParseFrom([]);
            using var json = JsonDocument.Parse(Text(message));
            JsonMessageReader.Read(json.RootElement, read);
            Assert.Equal(message, read);
        }
    }

    [Fact]
    public void Write_DefaultMessage_HasNumbersListsAndTruthsButNoEmptyText() => Assert.Equal(
        """{"outcome":"unspecified","sent_to":[],"repeated":false}""", Text(new UserOutcome()));

    [Fact]
    public void Write_AllBitsSet_NeedsNoMoreThanJavaScriptHas()
    {
        var session = new OnlineSession { Epoch = ulong.MaxValue, Change = 1, State = (OnlineState)9, User = "</script>é" };

        var text = Text(session);

        Assert.Contains("\"epoch\":\"18446744073709551615\",\"change\":\"1\"", text, StringComparison.Ordinal);
        Assert.Contains("\"state\":9", text, StringComparison.Ordinal);
        Assert.Contains("\"user\":\"\\u003C/script\\u003Eé\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"users":"bob"}""", "users: it is text; it takes a list.")]
    [InlineData("""{"users":{"users":["bob"]}}""", "users: it is an object; it takes a list.")]
    [InlineData("""{"users":["bob",7]}""", "users[1]: it is the number 7; it takes text.")]
    [InlineData("""{"users":["bob",null]}""", "users[1]: it is null; it takes text.")]
    [InlineData("""{"everybody":{}}""", "everybody: it is an object; it takes true.")]
    [InlineData("""{"users":["bob"],"everybody":true}""", "everybody: users is given too; give one of them.")]
    [InlineData("""{"ttl_ms":"5"}""", "ttl_ms: it is text; it takes a whole number from 0 to 4294967295.")]
    [InlineData("""{"ttl_ms":-1}""", "ttl_ms: it is the number -1; it takes a whole number from 0 to 4294967295.")]
    [InlineData("""{"ttl_ms":1.5}""", "ttl_ms: it is the number 1.5; it takes a whole number from 0 to 4294967295.")]
    [InlineData("""{"ttl_ms":4294967296}""", "ttl_ms: it is the number 4294967296; it takes a whole number from 0 to 4294967295.")]
    [InlineData("""{"ttl_ms":1000000000000000000000000000000}""", "ttl_ms: it is the number 100000000000000000000000…; it takes a whole number from 0 to 4294967295.")]
    [InlineData("""{"qos":"1"}""", "qos: it is text; it takes 0 or 1.")]
    [InlineData("""{"notify_only":1}""", "notify_only: it is the number 1; it takes true or false.")]
    [InlineData("""{"payload":{"a":1}}""", "payload: it is an object; it takes text.")]
    [InlineData("""{"payload":"\ud800"}""", "payload: it is not Unicode text.")]
    [InlineData("""{"payload_base64":"?"}""", "payload_base64: it is not base64.")]
    [InlineData("""{"payload":"x","payload_base64":"eA=="}""", "payload: it is given twice; give payload as text or payload_base64, once.")]
    [InlineData("""{"type":"a","type":"b"}""", "type: it is given twice.")]
    public void Read_WrongField_IsRefusedByName(string json, string sentence)
    {
        using var document = JsonDocument.Parse(json);

        var refused = Assert.Throws<RefusedException>(() => JsonMessageReader.Read(document.RootElement, new PushRequest()));

        Assert.Equal((RefusalCode.InvalidArgument, sentence), (refused.Code, refused.Message));
        Assert.Equal(sentence[..sentence.IndexOf(':', StringComparison.Ordinal)], refused.Field);
    }

    [Fact]
    public void Read_UnknownAndNull_AreIgnored()
    {
        var push = new PushRequest();
        using var document = JsonDocument.Parse("""{"later":{"users":[1]},"later":2,"users":null,"everybody":false,"Type":"x","ttl_ms":7}""");

        JsonMessageReader.Read(document.RootElement, push);

        Assert.Equal(new PushRequest { TtlMs = 7 }, push);
    }

    private static bool HasSigned(MessageDescriptor type) => type.Fields.InDeclarationOrder().Any(
        field => field.FieldType == FieldType.Int64 || (field.FieldType == FieldType.Message && HasSigned(field.MessageType)));

    // Every field set; of several that exclude each other, the last.
    private static IMessage Filled(MessageDescriptor type)
    {
        var message = type.Parser.ParseFrom([]);
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            object value = field.FieldType switch
            {
                FieldType.String => "é\"\\",
                FieldType.Bytes => ByteString.CopyFrom(0xFF, 0),
                FieldType.Bool => true,
                FieldType.UInt32 => uint.MaxValue,
                FieldType.UInt64 => 9_007_199_254_740_991ul,
                FieldType.Fixed64 => ulong.MaxValue,
                FieldType.Enum => 1,
                _ => Filled(field.MessageType),
            };
            if (field.IsRepeated)
            {
                ((System.Collections.IList)field.Accessor.GetValue(message)).Add(value);
            }
            else
            {
                field.Accessor.SetValue(message, value);
            }
        }

        return message;
    }

    private static string Text(IMessage message)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body, JsonMessageWriter.Options))
        {
            JsonMessageWriter.Write(json, message);
        }

        return Encoding.UTF8.GetString(body.ToArray());
    }
}
