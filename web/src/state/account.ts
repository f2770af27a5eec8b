// Who is signed in. Whoever is has their conversations on the server; everybody else has them in this browser.
import { signal } from "@preact/signals";
import * as api from "../api/account";
import { BrowserStore } from "../conversation/browser_store";
import { ServerStore } from "../conversation/server_store";
import { store, useStore } from "./conversations";
import { connect } from "./models";

export const session = signal<api.Session>(api.NO_ACCOUNTS);

export async function begin(): Promise<void> {
  // A server without this room has no accounts either.
  await take(await api.fetchSession().catch(() => api.NO_ACCOUNTS));
}

export async function signIn(name: string, password: string): Promise<void> {
  await take(await api.signIn(name, password));
  await connect();
}

export async function signOut(): Promise<void> {
  await api.signOut();
  await begin();
}

async function take(next: api.Session): Promise<void> {
  session.value = next;
  const place = next.accounts && next.user ? "server" : "browser";
  const kept = store.value.place === place ? store.value : place === "server" ? new ServerStore() : new BrowserStore();
  await useStore(kept);
}
