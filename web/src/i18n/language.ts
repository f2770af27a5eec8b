// The words of the interface in the reader's language. Typed keys: a missing or misspelt one does not compile. The
// language of the interface says nothing about the language of the answers.
import { effect, signal } from "@preact/signals";
import { en } from "./en";
import { zh } from "./zh";

export type Key = keyof typeof en;
export type Language = "en" | "zh";
type Values = Record<string, string | number>;

const DICTIONARIES: Record<Language, Record<Key, string>> = { en, zh };
const STORED = "openk2.language";

export const language = signal<Language>(firstChoice());

effect(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
});

export function chooseLanguage(next: Language): void {
  language.value = next;
  localStorage.setItem(STORED, next);
}

/** The text of a key, with `{name}` replaced by the value of that name; numbers as the language writes them. */
export function t(key: Key, values: Values = {}): string {
  return DICTIONARIES[language.value][key].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? number(value) : value;
  });
}

type Counted = { [K in Key]: K extends `${infer Stem}.one` ? Stem : never }[Key];

/** The text for a count: `stem.one` or `stem.other`, as the language's plurals want it. */
export function counted(stem: Counted, count: number, values: Values = {}): string {
  const form = new Intl.PluralRules(locale()).select(count) === "one" ? "one" : "other";
  return t(`${stem}.${form}` as Key, { count, ...values });
}

export function locale(): string {
  return language.value === "zh" ? "zh-CN" : "en";
}

export function number(value: number, options?: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(locale(), options).format(value);
}

export function percent(share: number): string {
  return number(share, { style: "percent", maximumFractionDigits: 0 });
}

export function seconds(value: number): string {
  const digits = value < 10 ? 1 : 0;
  return t("unit.seconds", {
    value: number(value, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  });
}

export function bytes(count: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  return number(count / 1000 ** step, {
    style: "unit",
    unit: units[step],
    unitDisplay: "short",
    maximumFractionDigits: step ? 1 : 0,
  });
}

export function money(amount: number, currency: string | null): string {
  const digits = amount !== 0 && Math.abs(amount) < 0.01 ? 6 : 4;
  if (!currency) return number(amount, { maximumFractionDigits: digits });
  return number(amount, { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits: digits });
}

export function day(time: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(time);
}

export function moment(time: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(time);
}

function firstChoice(): Language {
  const stored = localStorage.getItem(STORED);
  if (stored === "en" || stored === "zh") return stored;
  const first = navigator.languages.find((one) => /^(en|zh)\b/.test(one));
  return first?.startsWith("zh") ? "zh" : "en";
}
