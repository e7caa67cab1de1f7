using Microsoft.Extensions.Options;

namespace Microservices.Center.Chat;

internal sealed class ChatOptionsValidator : IValidateOptions<ChatOptions>
{
    public ValidateOptionsResult Validate(string? name, ChatOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.MaxAge < TimeSpan.FromSeconds(1) || options.MaxAge > TimeSpan.FromDays(1))
        {
            faults.AddError($"{options.MaxAge} is not between 1 s and 1 day.", "Chat:MaxAge");
        }

        if (options.RepeatWindow is < 256 or > 1_000_000)
        {
            faults.AddError($"{options.RepeatWindow} is not between 256 and 1,000,000.", "Chat:RepeatWindow");
        }

        if (options.RetryPause < TimeSpan.FromMilliseconds(1) || options.RetryPause > options.MaxRetryPause)
        {
            faults.AddError($"{options.RetryPause} is not between 1 ms and Chat:MaxRetryPause.", "Chat:RetryPause");
        }

        if (options.MaxRetryPause > TimeSpan.FromSeconds(30))
        {
            faults.AddError($"{options.MaxRetryPause} is longer than 30 s.", "Chat:MaxRetryPause");
        }

        return faults.Build();
    }
}
