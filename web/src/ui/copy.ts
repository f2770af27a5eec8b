// Copying, with a word on the button that says it worked.
import { t } from "../i18n/language";

const SHOWN_MS = 1500;

export async function copy(text: string, button: HTMLElement): Promise<void> {
  const name = button.getAttribute("aria-label");
  let said = t("copied");
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    said = t("copy.refused");
  }
  // A button with an icon changes its name, one with a word its word.
  if (name === null) {
    const label = button.textContent;
    button.textContent = said;
    setTimeout(() => (button.textContent = label), SHOWN_MS);
  } else {
    button.setAttribute("aria-label", said);
    button.classList.add("copied");
    setTimeout(() => {
      button.setAttribute("aria-label", name);
      button.classList.remove("copied");
    }, SHOWN_MS);
  }
}

/** Hands a file to the browser's downloads. */
export function download(name: string, type: string, content: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A title as a file's name. */
export function fileName(title: string, ending: string): string {
  const plain = title.replace(/[^\p{L}\p{N}._ -]+/gu, " ").trim().replace(/\s+/g, "-").slice(0, 60);
  return `${plain || "conversation"}.${ending}`;
}
