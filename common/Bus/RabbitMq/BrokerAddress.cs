using System.Diagnostics.CodeAnalysis;

namespace Microservices.Bus.RabbitMq;

/// <summary>Where the broker is and who we are there. Its text never shows the password.</summary>
internal sealed record BrokerAddress(Uri Uri)
{
    private const string Form = "amqp://user:password@host:port/vhost (amqps:// for TLS; what is special in a URI is percent-encoded)";

    /// <summary>Parses an address. The fault names what is wrong, without the text, which holds a password.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out BrokerAddress? address, [NotNullWhen(false)] out string? fault)
    {
        address = null;
        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri))
        {
            fault = $"The address of RabbitMQ is not of the form {Form}.";
            return false;
        }

        fault = uri switch
        {
            { Scheme: not ("amqp" or "amqps") } => $"The address of RabbitMQ begins with neither amqp:// nor amqps://; its form is {Form}.",
            { Host: "" } => $"The address of RabbitMQ has no host; its form is {Form}.",
            { Segments.Length: > 2 } => $"The address of RabbitMQ has more than one part after the host; write a slash in the virtual host as %2f. Its form is {Form}.",
            _ when uri.UserInfo.Count(static c => c == ':') > 1 => $"User or password of the address of RabbitMQ hold a colon; write it as %3a. Its form is {Form}.",
            _ => null,
        };
        address = fault is null ? new BrokerAddress(uri) : null;
        return fault is null;
    }

    /// <summary>Reads the address that the options name.</summary>
    /// <exception cref="InvalidOperationException">There is none; the message says why and shows no secret.</exception>
    public static async Task<BrokerAddress> ReadAsync(BusOptions options, CancellationToken cancellationToken)
    {
        string text;
        try
        {
            text = options.UriFile is { } file ? await File.ReadAllTextAsync(file, cancellationToken) : options.Uri ?? "";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"Bus:UriFile {options.UriFile} cannot be read: {fault.Message}", fault);
        }

        return TryParse(text, out var address, out var why) ? address : throw new InvalidOperationException(why);
    }

    /// <summary>A text without the password, should it hold it.</summary>
    public string Redact(string text)
    {
        var (user, password) = Uri.UserInfo.Split(':') is [var name, var word] ? (name, word) : (Uri.UserInfo, "");
        foreach (var secret in new[] { password, Uri.UnescapeDataString(password) })
        {
            // A password like the name, as a developer's guest has, is no secret.
            text = secret == "" || secret == user ? text : text.Replace(secret, "***", StringComparison.Ordinal);
        }

        return text;
    }

    public override string ToString()
    {
        var user = Uri.UserInfo.Split(':')[0];
        return $"{Uri.Scheme}://{(user == "" ? "" : user + "@")}{Uri.Host}{(Uri.Port < 0 ? "" : $":{Uri.Port}")}{Uri.AbsolutePath}";
    }
}
