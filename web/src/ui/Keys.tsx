// The caller's own keys for programs: made, shown once, revoked.
import { useEffect, useState } from "preact/hooks";
import { fetchKeys, makeKey, revokeKey, type Key } from "../api/account";
import { day, t } from "../i18n/language";
import { copy } from "./copy";

export function Keys() {
  const [keys, setKeys] = useState<Key[]>([]);
  const [made, setMade] = useState<Key | null>(null);
  const [name, setName] = useState("");
  const [expires, setExpires] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const attempt = async (act: () => Promise<void>) => {
    try {
      await act();
      setKeys(await fetchKeys());
      setProblem(null);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  useEffect(() => void attempt(async () => undefined), []);
  const make = (event: Event) => {
    event.preventDefault();
    void attempt(async () => {
      setMade(await makeKey(name.trim(), expires || null));
      setName("");
      setExpires("");
    });
  };
  return (
    <section class="keys-section">
      <h2>{t("apiKeys")}</h2>
      {problem && (
        <p class="failure" role="alert">
          {problem}
        </p>
      )}
      {made?.key && (
        <p class="made" role="status">
          <span>{t("apiKeys.once")}</span>
          <code>{made.key}</code>
          <button class="secondary" onClick={(event) => void copy(made.key!, event.currentTarget)}>
            {t("copy")}
          </button>
        </p>
      )}
      <form class="row" onSubmit={make}>
        <label>
          <span class="fine">{t("apiKeys.name")}</span>
          <input required maxLength={200} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label>
          <span class="fine">{t("apiKeys.expires")}</span>
          <input type="date" value={expires} onInput={(event) => setExpires(event.currentTarget.value)} />
        </label>
        <button class="secondary" type="submit">
          {t("apiKeys.make")}
        </button>
      </form>
      <ul>
        {keys.map((one) => (
          <li key={one.id} class={one.state}>
            <span class="name">{one.name}</span>
            <code>{one.prefix}…</code>
            <span class="fine">
              {one.state === "active"
                ? t("apiKeys.made", { day: day(Date.parse(one.created)) })
                : t(one.state === "expired" ? "apiKeys.expired" : "apiKeys.revoked")}
            </span>
            {one.state === "active" && <Revoke onSure={() => void attempt(async () => void (await revokeKey(one.id)))} name={one.name} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Revoke({ name, onSure }: { name: string; onSure: () => void }) {
  const [sure, setSure] = useState(false);
  return (
    <button
      class={`quiet ${sure ? "sure" : ""}`}
      aria-label={t(sure ? "apiKeys.revokeSure" : "apiKeys.revoke", { name })}
      onBlur={() => setSure(false)}
      onClick={() => (sure ? onSure() : setSure(true))}
    >
      {t(sure ? "delete.sure" : "apiKeys.revokeShort")}
    </button>
  );
}
