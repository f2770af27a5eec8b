// Conversations on the server, for whoever has signed in: the same on every device.
import { getJson, reach, Refusal, sendJson } from "../api/reach";
import type { Conversation, Summary } from "./document";
import type { ConversationStore, Found, Share } from "./store";

const at = (id: string) => `api/conversations/${encodeURIComponent(id)}`;

export class ServerStore implements ConversationStore {
  readonly place = "server";

  async list(): Promise<Summary[]> {
    return (await getJson<{ conversations: Summary[] }>("api/conversations")).conversations;
  }

  async load(id: string): Promise<Conversation | null> {
    try {
      return await getJson<Conversation>(at(id));
    } catch (error) {
      if (error instanceof Refusal && error.status === 404) return null;
      throw error;
    }
  }

  async save(conversation: Conversation): Promise<void> {
    await sendJson("PUT", at(conversation.id), conversation);
  }

  async remove(id: string): Promise<void> {
    await reach(at(id), { method: "DELETE" });
  }

  async search(text: string): Promise<Found[]> {
    const query = new URLSearchParams({ q: text });
    return (await getJson<{ conversations: Found[] }>(`api/conversations?${query}`)).conversations;
  }

  async share(id: string, days: number): Promise<Share> {
    return sendJson<Share>("POST", `${at(id)}/share`, { days });
  }

  async unshare(id: string): Promise<void> {
    await reach(`${at(id)}/share`, { method: "DELETE" });
  }
}
