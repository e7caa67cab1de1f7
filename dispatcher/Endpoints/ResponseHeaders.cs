namespace Microservices.Dispatcher.Endpoints;

internal static class ResponseHeaders
{
    /// <summary>Any page may read the answer: it holds nothing but public addresses, and no credentials are asked for.</summary>
    public static void OpenToBrowsers(IHeaderDictionary headers)
    {
        headers.AccessControlAllowOrigin = "*";
        headers.XContentTypeOptions = "nosniff";
    }
}
