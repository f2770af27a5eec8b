// How the model is asked and how the page looks; kept in this browser.
import { effect, signal } from "@preact/signals";
import { recommendedTemperature, reasons, type Model } from "../api/models";
import { t } from "../i18n/language";

export interface Settings {
  /** The model's name; null: the server's first. */
  model: string | null;
  system: string;
  /** Null: what is recommended for the model. */
  temperature: number | null;
  /** Null: the server's default. */
  topP: number | null;
  /** Null: as many as the context holds. */
  maxTokens: number | null;
  /** Null: a fresh draw each time. */
  seed: number | null;
  /** Only for models that can; null: as the model does. */
  thinking: boolean | null;
  /** JSON text: a list of OpenAI tool declarations; empty: none. */
  tools: string;
  /** The page runs JavaScript for the model, in a frame without network or storage. */
  javascript: boolean;
  /** The server searches the web for the model, where it offers to. */
  webSearch: boolean;
  theme: Theme;
}

export type Theme = "system" | "light" | "dark";

const STORED = "openk2.settings";

export const defaultSettings: Settings = {
  model: null,
  system: "",
  temperature: null,
  topP: null,
  maxTokens: null,
  seed: null,
  thinking: null,
  tools: "",
  javascript: false,
  webSearch: false,
  theme: "system",
};

export const settings = signal<Settings>({ ...defaultSettings, ...stored() });

effect(() => {
  const { theme } = settings.value;
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
});

export function changeSettings(change: Partial<Settings>): void {
  settings.value = { ...settings.value, ...change };
  localStorage.setItem(STORED, JSON.stringify(settings.value));
}

/** Back to the defaults in how the model is asked; model and look stay. */
export function resetSettings(): void {
  const { model, theme } = settings.value;
  changeSettings({ ...defaultSettings, model, theme });
}

/** The fields of a request that the settings decide, for a model. */
export function requestOptions(model: Model): Record<string, unknown> {
  const { temperature, topP, maxTokens, seed, thinking } = settings.value;
  return {
    temperature: temperature ?? recommendedTemperature(model),
    ...(topP !== null && { top_p: topP }),
    ...(maxTokens !== null && { max_tokens: maxTokens }),
    ...(seed !== null && { seed }),
    ...(thinking !== null && reasons(model) && { thinking: { type: thinking ? "enabled" : "disabled" } }),
  };
}

/** What is wrong with the tool declarations, or null. */
export function toolsProblem(text: string): string | null {
  if (!text.trim()) return null;
  try {
    const tools: unknown = JSON.parse(text);
    if (!Array.isArray(tools)) return t("settings.tools.noList");
    const nameless = tools.findIndex((tool) => typeof tool?.function?.name !== "string");
    return nameless < 0 ? null : t("settings.tools.noName", { number: nameless + 1 });
  } catch (error) {
    return t("settings.tools.noJson", { problem: (error as Error).message });
  }
}

function stored(): Partial<Settings> {
  try {
    return JSON.parse(localStorage.getItem(STORED) ?? "{}") as Partial<Settings>;
  } catch {
    return {};
  }
}
