using Microservices.Center.Http.Operations;
using Microservices.Center.Refusals;

namespace Microservices.Center.Tests.Http;

public sealed class PathValuesTests
{
    private const string Template = "/v1/apps/{app}/users/{user}/inbox";

    [Theory]
    [InlineData("/v1/apps/default/users/bob/inbox", "bob")]
    [InlineData("/v1/apps/default/users/a%2Fb/inbox?user=x/y", "a/b")]
    [InlineData("/v1/apps/default/users/a%252Fb/inbox", "a%2Fb")]
    [InlineData("/v1/apps/default/users/%C5%BC%C3%B3%C5%82w/inbox", "żółw")]
    [InlineData("/v1/apps/default/users/a+b/inbox", "a+b")]
    [InlineData("/v1/apps/default/users/50%/inbox", "50%")]
    [InlineData("/v1/apps/default/users/%zz%4/inbox", "%zz%4")]
    [InlineData("http://center:8301/v1/apps/default/users/bob/inbox", "bob")]
    public void Read_Target_DecodesOnce(string target, string user) =>
        Assert.Equal([("app", "default"), ("user", user)], PathValues.Read(Template, target));

    [Theory]
    [InlineData("/v1/apps/default/users/x/../bob/inbox")]
    [InlineData("/v1/apps/default/./users/bob/inbox")]
    [InlineData("/v1/apps/default/users/bob/inbox/")]
    [InlineData("http://center:8301")]
    public void Read_OtherSegments_IsRefused(string target) =>
        Assert.Equal(RefusalCode.InvalidArgument, Assert.Throws<RefusedException>(() => PathValues.Read(Template, target).ToArray()).Code);

    [Theory]
    [InlineData("%FF")]
    [InlineData("%C3%28")]
    [InlineData("%ED%A0%80")]
    public void Read_NoUtf8_IsRefused(string user) => Assert.Equal(
        "user: it is not UTF-8.", Assert.Throws<RefusedException>(() => PathValues.Read(Template, $"/v1/apps/default/users/{user}/inbox").ToArray()).Message);
}
