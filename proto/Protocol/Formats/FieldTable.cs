using System.Text.Json;

namespace Microservices.Protocol.Formats;

/// <summary>The fields of a body: their numbers in protobuf and their names in JSON.</summary>
public sealed class FieldTable
{
    private readonly JsonEncodedText[] _names;
    private readonly JsonEncodedText _base64Name;
    private readonly int _bytesField;

    /// <summary>Names by number: the first is field 1.</summary>
    public FieldTable(params string[] names) => _names = [.. names.Select(name => JsonEncodedText.Encode(name))];

    /// <summary>The number of the one field that holds bytes; none does unless told.</summary>
    public int BytesField
    {
        get => _bytesField;
        init
        {
            _bytesField = value;
            _base64Name = JsonEncodedText.Encode(NameOf(value).Value + "_base64");
        }
    }

    /// <summary>The name under which JSON has <see cref="BytesField"/> as base64.</summary>
    public JsonEncodedText Base64Name => _base64Name;

    /// <summary>True when there is a field of this number.</summary>
    public bool Has(int field) => field > 0 && field <= _names.Length;

    /// <summary>The field's name.</summary>
    public JsonEncodedText NameOf(int field) => _names[field - 1];

    /// <summary>Finds the field that the reader's property names.</summary>
    /// <param name="json">Stands on a property name.</param>
    /// <param name="field">Its number.</param>
    /// <param name="isBase64">The property carries <see cref="BytesField"/> as base64.</param>
    /// <returns>False: the property is unknown.</returns>
    internal bool TryFind(scoped ref readonly Utf8JsonReader json, out int field, out bool isBase64)
    {
        isBase64 = false;
        for (field = 1; field <= _names.Length; field++)
        {
            if (json.ValueTextEquals(_names[field - 1].EncodedUtf8Bytes))
            {
                return true;
            }
        }

        field = _bytesField;
        isBase64 = field > 0 && json.ValueTextEquals(_base64Name.EncodedUtf8Bytes);
        return isBase64;
    }
}
