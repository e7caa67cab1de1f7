namespace Microservices.Center.Console.Login;

/// <summary>What the login page has to say.</summary>
internal sealed class LoginView
{
    public string Fault { get; set; } = "";

    public string Notice { get; set; } = "";
}
