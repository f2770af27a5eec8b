// Conversations out of the page and into it, as files.
import { signal } from "@preact/signals";
import { fromJson, toJson, toMarkdown } from "../conversation/transfer";
import { t } from "../i18n/language";
import { download, fileName } from "../ui/copy";
import { add, withLoaded } from "./conversations";

/** Why a file could not be taken; null while all is well. */
export const transferProblem = signal<string | null>(null);

export async function exportJson(ids: string[]): Promise<void> {
  const all = await Promise.all(ids.map(withLoaded));
  const name = all.length === 1 ? fileName(all[0]!.title, "json") : "conversations.json";
  download(name, "application/json", toJson(all));
}

export async function exportMarkdown(id: string): Promise<void> {
  const conversation = await withLoaded(id);
  const text = toMarkdown(conversation, t("you"), (model) => model || t("answer"));
  download(fileName(conversation.title, "md"), "text/markdown", text);
}

/** A page of its own that shows the branch without any server. */
export async function exportPage(id: string): Promise<void> {
  const conversation = await withLoaded(id);
  const { staticPage } = await import("../conversation/static_page");
  download(fileName(conversation.title, "html"), "text/html", await staticPage(conversation));
}

export async function importFile(file: File): Promise<void> {
  try {
    await add(fromJson(await file.text()));
    transferProblem.value = null;
  } catch (error) {
    transferProblem.value = t("import.failed", { name: file.name, problem: (error as Error).message });
  }
}
