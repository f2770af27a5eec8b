// The models the server offers, and the one that is asked.
import { computed, signal } from "@preact/signals";
import { fetchModels, type Model } from "../api/models";
import { Refusal, Unreachable } from "../api/reach";
import { t } from "../i18n/language";
import { settings } from "./settings";

export const models = signal<Model[]>([]);
export const connectionProblem = signal<string | null>(null);
export const model = computed<Model | null>(
  () => models.value.find((one) => one.id === settings.value.model) ?? models.value[0] ?? null,
);

export async function connect(): Promise<void> {
  try {
    models.value = await fetchModels();
    connectionProblem.value = models.value.length ? null : t("error.noModel");
  } catch (error) {
    if (error instanceof Unreachable) connectionProblem.value = t("error.unreachable");
    else if (error instanceof Refusal && error.status === 401) connectionProblem.value = null;
    else connectionProblem.value = (error as Error).message;
  }
}
