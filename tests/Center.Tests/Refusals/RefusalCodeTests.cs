using Grpc.Core;
using Microservices.Center.Refusals;
using Microservices.Testing;

namespace Microservices.Center.Tests.Refusals;

public sealed class RefusalCodeTests
{
    [Fact]
    public void All_Codes_StandInTheTable()
    {
        var table = File.ReadLines(Path.Combine(Repository.Root, "proto", "codes.csv"))
            .Skip(1)
            .Select(line => line.Split(','))
            .ToDictionary(row => row[1], row => (Number: uint.Parse(row[0]), Status: Enum.Parse<StatusCode>(row[3].Replace("_", ""), ignoreCase: true)));

        Assert.All(RefusalCode.All, code => Assert.Equal((code.Number, code.Status), table[code.Name]));
    }

    [Fact]
    public void All_Codes_AreListed()
    {
        var declared = typeof(RefusalCode).GetFields(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Static)
            .Select(field => (RefusalCode)field.GetValue(null)!);

        Assert.Equal(declared.OrderBy(code => code.Number), RefusalCode.All.OrderBy(code => code.Number));
    }
}
