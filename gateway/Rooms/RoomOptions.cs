using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Rooms;

/// <summary>What this gateway tells of itself. Section <c>Room</c>.</summary>
public sealed class RoomOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Room";

    /// <summary>How operators call it, [a-z0-9-]{1,64}. Default: the machine's name and the TCP port.</summary>
    [RegularExpression("^[a-z0-9-]{1,64}$")]
    public string? Name { get; set; }

    /// <summary>The zone, for the dispatcher's choice.</summary>
    [StringLength(64)]
    public string Zone { get; set; } = "";

    /// <summary>Labels, for the dispatcher's choice.</summary>
    public IDictionary<string, string> Labels { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Where clients reach it. Default: where its listeners listen; with <c>*</c>, this machine's name.</summary>
    [ValidateEnumeratedItems]
    public IList<RoomAddress> Addresses { get; } = [];
}

/// <summary>An address that clients are given.</summary>
public sealed class RoomAddress
{
    /// <summary>A name or an IP address.</summary>
    [Required]
    public string Host { get; set; } = "";

    /// <summary>1 to 65535.</summary>
    [Range(1, 65535)]
    public int Port { get; set; }

    /// <summary>tcp, tls, ws or wss. Default tcp.</summary>
    [RegularExpression("^(tcp|tls|ws|wss)$")]
    public string Transport { get; set; } = "tcp";
}

[OptionsValidator]
internal sealed partial class RoomOptionsValidator : IValidateOptions<RoomOptions>;
