// The models on offer, and what each is best asked with.
import { getJson } from "./reach";

export interface Model {
  id: string;
  context_length: number | null;
  supports_reasoning?: boolean;
  /** Tools that the server runs itself, by name. */
  openk2_builtin_tools?: string[];
}

export async function fetchModels(): Promise<Model[]> {
  return (await getJson<{ data: Model[] }>("v1/models")).data;
}

export function reasons(model: Model): boolean {
  return model.supports_reasoning ?? /thinking|k2\.5/i.test(model.id);
}

/** Moonshot's advice: 0.6 for the Instruct models, 1.0 for those that think. */
export function recommendedTemperature(model: Model): number {
  return reasons(model) ? 1.0 : 0.6;
}
