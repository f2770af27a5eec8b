// The tools a model is offered: those the person declared, the page's own, and the server's.
import { settings } from "../state/settings";
import { JAVASCRIPT } from "./javascript";

/** Moonshot's builtin tool: the server searches once its arguments come back as they were. */
export const WEB_SEARCH = { type: "builtin_function", function: { name: "$web_search" } };

export function offeredTools(): unknown[] {
  const { tools, javascript, webSearch } = settings.value;
  const declared = tools.trim() ? (JSON.parse(tools) as unknown[]) : [];
  return [...declared, ...(javascript ? [JAVASCRIPT] : []), ...(webSearch ? [WEB_SEARCH] : [])];
}
