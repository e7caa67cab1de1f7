using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Tokens;

/// <summary>Tokens that apps sign. What an app takes is its policy, which register keeps. Section <c>SignedTokens</c>.</summary>
public sealed class SignedTokenOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "SignedTokens";

    /// <summary>The longest signed token. Hazard: a login keeps its token while it waits. Default 4,096.</summary>
    [Range(512, 32_768)]
    public int MaxTokenBytes { get; set; } = 4_096;

    /// <summary>How many renewals on live connections are checked at once, off the I/O threads; further ones wait, and their connections are not read meanwhile. Default 2.</summary>
    [Range(1, 64)]
    public int ConcurrentRenewals { get; set; } = 2;

    /// <summary>The least time between two renewals of one session; an earlier one is answered with <c>rate_limited</c> and not checked. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan MinRenewalPause { get; set; } = TimeSpan.FromSeconds(1);
}

[OptionsValidator]
internal sealed partial class SignedTokenOptionsValidator : IValidateOptions<SignedTokenOptions>;
