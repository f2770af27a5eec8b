// Conversations in this browser's IndexedDB: nobody else has them, and they go when the browser's data is cleared.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Conversation, Summary } from "./document";
import { matches, type ConversationStore, type Found } from "./store";

interface Schema extends DBSchema {
  conversations: { key: string; value: Conversation; indexes: { updated: number } };
}

export class BrowserStore implements ConversationStore {
  readonly place = "browser";
  private readonly database: Promise<IDBPDatabase<Schema>>;

  constructor(name = "openk2") {
    this.database = openDB<Schema>(name, 1, {
      upgrade(database) {
        database.createObjectStore("conversations", { keyPath: "id" }).createIndex("updated", "updated");
      },
    });
  }

  async list(): Promise<Summary[]> {
    return (await this.newestFirst()).map(({ id, title, updated }) => ({ id, title, updated }));
  }

  async load(id: string): Promise<Conversation | null> {
    return (await (await this.database).get("conversations", id)) ?? null;
  }

  async save(conversation: Conversation): Promise<void> {
    await (await this.database).put("conversations", conversation);
  }

  async remove(id: string): Promise<void> {
    await (await this.database).delete("conversations", id);
  }

  async search(text: string): Promise<Found[]> {
    return (await this.newestFirst()).flatMap((one) => {
      const match = matches(one, text);
      return match ? [{ id: one.id, title: one.title, updated: one.updated, ...match }] : [];
    });
  }

  private async newestFirst(): Promise<Conversation[]> {
    return (await (await this.database).getAllFromIndex("conversations", "updated")).reverse();
  }
}
