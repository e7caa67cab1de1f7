using System.Collections;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microservices.Center.Api;
using Microservices.Center.Refusals;
using Microservices.Contracts.Center;
using Microsoft.AspNetCore.Http.Features;

namespace Microservices.Center.Http.Operations;

/// <summary>Makes the message of an rpc of a request: body, then path, query and headers.</summary>
internal sealed class RequestBinder(JsonBody body)
{
    public const string IdempotencyKey = "Idempotency-Key";

    /// <exception cref="RefusedException">Something in it has a fault.</exception>
    public async Task<IMessage> BindAsync(HttpContext context, Operation operation)
    {
        var message = operation.Request.Parser.ParseFrom([]);
        var target = message;
        if (operation.BodyField is not null)
        {
            target = operation.BodyMessage.Parser.ParseFrom([]);
            operation.Request.FindFieldByName(operation.BodyField).Accessor.SetValue(message, target);
        }

        if (operation.Body != RequestBody.None)
        {
            await body.ReadAsync(context, target, operation.Body == RequestBody.Optional);
        }

        foreach (var (name, value) in PathValues.Read(operation.Path, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget))
        {
            SetOnce(target, name, value, "the path");
        }

        ReadQuery(context.Request.Query, operation, message);
        ReadKey(context.Request, operation, message);
        if (operation.HasRevision && message is PutAppRequest put)
        {
            Preconditions.Read(context.Request.Headers, put);
        }

        return message;
    }

    // What the body says too must be the same: it isn't guessed which of the two is meant.
    private static void SetOnce(IMessage message, string name, string value, string place)
    {
        var accessor = message.Descriptor.FindFieldByName(name).Accessor;
        if (accessor.GetValue(message) is string { Length: > 0 } given && given != value)
        {
            throw Arguments.Invalid($"{name}: the body has another one than {place}.");
        }

        accessor.SetValue(message, value);
    }

    private static void ReadQuery(IQueryCollection query, Operation operation, IMessage message)
    {
        foreach (var (parameter, fieldName) in operation.Query)
        {
            if (!query.TryGetValue(parameter, out var values))
            {
                continue;
            }

            var field = operation.Request.FindFieldByName(fieldName);
            if (field.IsRepeated)
            {
                var list = (IList)field.Accessor.GetValue(message);
                foreach (var value in values)
                {
                    list.Add(value ?? "");
                }

                continue;
            }

            if (values.Count > 1)
            {
                throw Arguments.Invalid($"{parameter}: it is given {values.Count} times.");
            }

            field.Accessor.SetValue(message, Value(field, parameter, values[0] ?? ""));
        }
    }

    private static object Value(FieldDescriptor field, string parameter, string text) => field.FieldType switch
    {
        FieldType.String => text,
        FieldType.UInt32 => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Arguments.Invalid($"{parameter}: it is not a whole number from 0 to {uint.MaxValue}."),
        FieldType.Bool => text is "true" or "false" ? text == "true" : throw Arguments.Invalid($"{parameter}: it takes true or false."),
        _ => throw new NotSupportedException($"{field.FullName} can't stand in a query."),
    };

    private static void ReadKey(HttpRequest request, Operation operation, IMessage message)
    {
        if (!HttpMethods.IsPost(request.Method) || !request.Headers.TryGetValue(IdempotencyKey, out var values))
        {
            return;
        }

        if (operation.KeyField is null)
        {
            // A caller who believes that a key holds would repeat what must not be repeated.
            throw Arguments.Invalid($"{IdempotencyKey}: this operation keeps no keys.");
        }

        // The header is text in quotes by its draft, and without them in the wild.
        var key = values.Count == 1 ? values[0] ?? "" : throw Arguments.Invalid($"{IdempotencyKey}: it is given {values.Count} times.");
        key = key is ['"', .. var quoted, '"'] ? quoted : key;
        if (key.Length == 0)
        {
            throw Arguments.Invalid($"{IdempotencyKey}: it is empty.");
        }

        SetOnce(message, operation.KeyField, key, $"the header {IdempotencyKey}");
    }
}
