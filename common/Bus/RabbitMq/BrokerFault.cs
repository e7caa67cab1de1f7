using RabbitMQ.Client.Exceptions;

namespace Microservices.Bus.RabbitMq;

/// <summary>What went wrong with the broker, in words for an operator.</summary>
/// <param name="Text">Without a secret.</param>
/// <param name="IsSetup">Waiting doesn't mend it: name, password, permission, virtual host or address are wrong.</param>
internal sealed record BrokerFault(string Text, bool IsSetup)
{
    private const ushort AccessRefused = 403;
    private const ushort NotAllowed = 530;

    public static BrokerFault Of(Exception fault, BrokerAddress? address)
    {
        var (text, isSetup) = Describe(fault);
        return new BrokerFault(address?.Redact(text) ?? text, isSetup);
    }

    private static (string Text, bool IsSetup) Describe(Exception fault) => fault switch
    {
        AuthenticationFailureException or PossibleAuthenticationFailureException =>
            ("the broker refused the user name or password", true),
        OperationInterruptedException { ShutdownReason: { } reason } =>
            (reason.ReplyText, reason.ReplyCode is AccessRefused or NotAllowed),
        AggregateException { InnerExceptions: [var only] } => Describe(only),
        BrokerUnreachableException { InnerException: { } inner } => Describe(inner),
        ConnectFailureException { InnerException: { } inner } => Describe(inner),
        OperationCanceledException or TimeoutException => ("the broker did not answer in time", false),
        InvalidOperationException => (fault.Message, true),
        _ => (fault.Message, false),
    };
}
