import { afterEach, describe, expect, it } from "vitest";
import { en } from "../src/i18n/en";
import { bytes, chooseLanguage, counted, money, percent, seconds, t, type Key } from "../src/i18n/language";
import { zh } from "../src/i18n/zh";

const keys = Object.keys(en) as Key[];
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

afterEach(() => chooseLanguage("en"));

describe("the two dictionaries", () => {
  it("have the same keys, in the same order", () => {
    expect(Object.keys(zh)).toEqual(keys);
  });

  it("have the same placeholders, and no empty text", () => {
    for (const key of keys) {
      expect([key, ...placeholders(zh[key])]).toEqual([key, ...placeholders(en[key])]);
      expect(zh[key].trim()).not.toBe("");
    }
  });

  it("have both forms of every count", () => {
    for (const key of keys) if (key.endsWith(".one")) expect(keys).toContain(key.replace(/one$/, "other"));
  });
});

describe("words", () => {
  it("carry values, numbers as the language writes them", () => {
    expect(t("welcome", { model: "k2" })).toBe("Ask k2");
    expect(counted("tokens", 1)).toBe("1 token");
    expect(counted("tokens", 12345)).toBe("12,345 tokens");
    expect(seconds(3.14159)).toBe("3.1 s");
    expect(seconds(62.4)).toBe("62 s");
    expect(percent(0.857)).toBe("86%");
    expect(bytes(1_234_567)).toBe("1.2 MB");
    expect(money(0.0012, "USD")).toBe("$0.0012");
  });

  it("follow the chosen language, which the page's root tells", () => {
    chooseLanguage("zh");
    expect(counted("tokens", 1)).toBe("1 个 token");
    expect(document.documentElement.lang).toBe("zh-CN");
    expect(localStorage.getItem("openk2.language")).toBe("zh");
  });
});
