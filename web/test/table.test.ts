import { describe, expect, it } from "vitest";
import { chartOf, readTable } from "../src/artifacts/table";

describe("a table of values", () => {
  it("is read as RFC 4180 says", () => {
    expect(readTable('a,"b, c"\r\n1,"say ""hi"""\r\n\r\n"two\nlines",3\r\n')).toEqual({
      header: ["a", "b, c"],
      rows: [
        ["1", 'say "hi"'],
        ["two\nlines", "3"],
      ],
    });
    expect(readTable("a\tb\n1\t2").rows).toEqual([["1", "2"]]);
  });

  it("is a chart of its numeric columns over the first one", () => {
    expect(chartOf(readTable("year,snow,note\n2001,5 %,a\n2002,,b\n2003,\"1,200\",c"))).toEqual({
      labels: ["2001", "2002", "2003"],
      series: [{ name: "snow", values: [5, null, 1200] }],
    });
  });

  it("is no chart without numbers", () => {
    expect(chartOf(readTable("a,b\nx,y\nz,w"))).toBeNull();
    expect(chartOf(readTable("a,b\n1,2"))).toBeNull();
  });
});
