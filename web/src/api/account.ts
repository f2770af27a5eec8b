// Accounts as the server has them: who is signed in, their keys, and what was used.
import { getJson, reach, sendJson } from "./reach";

export interface Session {
  /** False: there is nothing to sign in to, conversations stay in the browser. */
  accounts: boolean;
  keys_required: boolean;
  currency: string | null;
  user: { id: string; name: string; admin: boolean } | null;
  scopes: string[];
}

export interface Key {
  id: string;
  prefix: string;
  name: string;
  state: "active" | "expired" | "revoked";
  /** ISO 8601, as all times here. */
  created: string;
  expires: string | null;
  /** In full, only in the answer that made it. */
  key?: string;
}

export interface UsageRow {
  day: string;
  key_id: string;
  key_name: string | null;
  model: string;
  requests: number;
  prompt_tokens: number;
  cached_tokens: number;
  reasoning_tokens: number;
  completion_tokens: number;
  cost: number;
}

export interface UsageReport {
  currency: string | null;
  rows: UsageRow[];
  budgets: {
    name: string;
    period: string;
    tokens: number | null;
    money: number | null;
    used_tokens: number;
    used_money: number;
    resets: string;
  }[];
}

export const NO_ACCOUNTS: Session = { accounts: false, keys_required: false, currency: null, user: null, scopes: [] };

export const fetchSession = () => getJson<Session>("api/session");
export const signIn = (name: string, password: string) => sendJson<Session>("POST", "api/session", { name, password });
export const signOut = () => reach("api/session", { method: "DELETE" });

export const fetchKeys = async () => (await getJson<{ keys: Key[] }>("api/keys")).keys;
export const makeKey = (name: string, expires: string | null) => sendJson<Key>("POST", "api/keys", { name, expires });
export const revokeKey = (id: string) => reach(`api/keys/${encodeURIComponent(id)}`, { method: "DELETE" });

export function usageAddress(from: string, to: string, everybody: boolean, format?: "csv"): string {
  const query = new URLSearchParams({ from, to, by: "day,key,model", whose: everybody ? "all" : "mine" });
  if (format) query.set("format", format);
  return `api/usage?${query}`;
}

export const fetchUsage = (from: string, to: string, everybody: boolean) =>
  getJson<UsageReport>(usageAddress(from, to, everybody));
