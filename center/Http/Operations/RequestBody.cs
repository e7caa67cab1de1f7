namespace Microservices.Center.Http.Operations;

internal enum RequestBody
{
    None,
    Optional,
    Required,
}
