import { describe, expect, it } from "vitest";
import table from "../../../proto/codes.csv?raw";
import { actionOf, codes, nameOf } from "../src/index.js";

// The table that the servers' codes are generated from and tested against.
const [header, ...rows] = table
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(","));
const column = (name: string) => header!.indexOf(name);

describe("codes", () => {
    it("are those of proto/codes.csv", () => {
        const expected = Object.fromEntries(rows.map((row) => [row[column("name")], Number(row[column("number")])]));

        expect(codes).toEqual(expected);
        expect(rows.length).toBeGreaterThan(40);
    });

    it("are acted on as the table says", () => {
        const expected = rows.map((row) => [row[column("name")], row[column("client")]]);

        const actual = rows.map((row) => [nameOf(Number(row[column("number")])), actionOf(Number(row[column("number")]))]);

        expect(actual).toEqual(expected);
    });

    it("that are younger than the client have a name too", () => {
        expect(nameOf(3499)).toBe("code_3499");
    });
});
