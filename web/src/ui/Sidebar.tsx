// The conversations: found, opened, renamed, handed out, deleted; below them the usage, the settings and the account.
import { useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Summary } from "../conversation/document";
import type { Found } from "../conversation/store";
import { language, locale, t } from "../i18n/language";
import { session, signOut } from "../state/account";
import { running } from "../state/answering";
import { currentId, open, remove, rename, startNew, store, summaries } from "../state/conversations";
import { exportJson, exportMarkdown, exportPage, importFile } from "../state/transfers";
import { focusComposer, settingsOpen, sharing, showChat, showUsage, sidebarOpen, signInOpen, view } from "../state/view";
import { ChartIcon, Mark, MoreIcon, PersonIcon, PlusIcon, SearchIcon, SettingsIcon } from "./icons";
import { Menu, type Item } from "./Menu";

const SEARCH_AFTER_MS = 150;

export function Sidebar() {
  const query = useSignal("");
  const found = useSignal<Found[] | null>(null);
  useEffect(() => {
    const text = query.value.trim();
    if (!text) {
      found.value = null;
      return undefined;
    }
    const timer = setTimeout(() => {
      void store.value.search(text).then((list) => {
        if (query.peek().trim() === text) found.value = list;
      });
    }, SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [query.value, summaries.value]);
  const begin = () => {
    startNew();
    showChat();
    focusComposer();
  };
  return (
    <>
      <nav id="sidebar" class="sidebar" aria-label={t("conversations")} inert={!sidebarOpen.value}>
        <div class="brand">
          <Mark />
          <span>openk2</span>
        </div>
        <button class="new" onClick={begin}>
          <PlusIcon />
          {t("newChat")}
        </button>
        <label class="search">
          <SearchIcon />
          <input
            id="search"
            type="search"
            aria-label={t("search.label")}
            placeholder={t("search")}
            value={query.value}
            onInput={(event) => (query.value = event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Escape" || !query.value) return;
              event.stopPropagation();
              query.value = "";
            }}
          />
          <kbd>{shortcut("K")}</kbd>
        </label>
        <div class="list">{found.value ? <Results list={found.value} /> : <ByDate list={summaries.value} />}</div>
        <p class="fine place">{t(store.value.place === "browser" ? "place.browser" : "place.server")}</p>
        <div class="foot">
          <button
            class={`quiet square ${view.value === "usage" ? "current" : ""}`}
            aria-label={t("usage")}
            title={t("usage")}
            onClick={showUsage}
          >
            <ChartIcon />
          </button>
          <button class="quiet square" aria-label={t("settings")} title={t("settings")} onClick={() => (settingsOpen.value = true)}>
            <SettingsIcon />
          </button>
          <Import />
          <span class="space" />
          <Account />
        </div>
      </nav>
      <div class="scrim" onClick={() => (sidebarOpen.value = false)} />
    </>
  );
}

export function shortcut(key: string): string {
  return /Mac|iPhone|iPad/.test(navigator.userAgent) ? `⌘${key}` : `Ctrl ${key}`;
}

function Import() {
  const input = useRef<HTMLInputElement>(null);
  const items: Item[] = [
    { label: t("import"), act: () => input.current!.click() },
    { label: t("export.all"), act: () => void exportJson(summaries.value.map((one) => one.id)) },
  ];
  const read = async (element: HTMLInputElement) => {
    const [file] = element.files ?? [];
    if (file) await importFile(file);
    element.value = "";
  };
  return (
    <>
      <Menu label={t("transfer")} items={items}>
        <MoreIcon />
      </Menu>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label={t("import")}
        onChange={(event) => void read(event.currentTarget)}
      />
    </>
  );
}

function Account() {
  const { accounts, user } = session.value;
  if (!accounts) return null;
  if (!user) {
    return (
      <button class="quiet account" onClick={() => (signInOpen.value = true)}>
        <PersonIcon />
        {t("signIn")}
      </button>
    );
  }
  return (
    <Menu label={t("account", { name: user.name })} class="quiet account" items={[{ label: t("signOut"), act: () => void signOut() }]}>
      <PersonIcon />
      <span>{user.name}</span>
    </Menu>
  );
}

function Results({ list }: { list: Found[] }) {
  if (!list.length) return <p class="fine none">{t("search.none")}</p>;
  return (
    <ul aria-label={t("search.results")}>
      {list.map((one) => (
        <Entry key={one.id} summary={one} excerpt={one.excerpt} />
      ))}
    </ul>
  );
}

function ByDate({ list }: { list: Summary[] }) {
  return (
    <>
      {groups(list).map(([name, members]) => (
        <section key={name} aria-label={name}>
          <h2>{name}</h2>
          <ul>
            {members.map((one) => (
              <Entry key={one.id} summary={one} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

const DAY_MS = 86_400_000;

function groups(list: Summary[]): [string, Summary[]][] {
  const today = new Date().setHours(0, 0, 0, 0);
  const relative = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  const capital = (text: string) => text.charAt(0).toLocaleUpperCase(locale()) + text.slice(1);
  const name = ({ updated }: Summary) => {
    if (updated >= today) return capital(relative.format(0, "day"));
    if (updated >= today - DAY_MS) return capital(relative.format(-1, "day"));
    if (updated >= today - 7 * DAY_MS) return t("dates.week");
    return new Intl.DateTimeFormat(locale(), { month: "long", year: "numeric" }).format(updated);
  };
  const byName = new Map<string, Summary[]>();
  for (const one of list) byName.set(name(one), [...(byName.get(name(one)) ?? []), one]);
  return [...byName];
}

function Entry({ summary, excerpt }: { summary: Summary; excerpt?: string }) {
  const { id } = summary;
  const [renaming, setRenaming] = useState(false);
  const [sure, setSure] = useState(false);
  const title = summary.title || t("untitled");
  const isCurrent = id === currentId.value && view.value === "chat";
  const show = () => {
    void open(id);
    showChat();
    focusComposer();
  };
  const items: Item[] = [
    { label: t("rename"), act: () => setRenaming(true) },
    ...(store.value.share ? [{ label: t("share"), act: () => void (sharing.value = id) }] : []),
    { label: t("export.page"), act: () => void exportPage(id) },
    { label: t("export.markdown"), act: () => void exportMarkdown(id) },
    { label: t("export.json"), act: () => void exportJson([id]) },
    { label: t("delete"), act: () => setSure(true), danger: true },
  ];
  if (renaming) return <Renaming id={id} title={title} onDone={() => setRenaming(false)} />;
  return (
    <li class={isCurrent ? "current" : ""} key={language.value}>
      <button class="title" aria-current={isCurrent ? "page" : undefined} onClick={show} onDblClick={() => setRenaming(true)}>
        <span>{title}</span>
        {excerpt && <span class="fine">{excerpt}</span>}
      </button>
      {running.value.has(id) && <i class="pulse" role="img" aria-label={t("announce.answering")} />}
      {sure ? (
        <button class="quiet sure" autofocus onBlur={() => setSure(false)} onClick={() => void remove(id)}>
          {t("delete.sure")}
        </button>
      ) : (
        <Menu label={t("actions", { title })} items={items} class="quiet more">
          <MoreIcon />
        </Menu>
      )}
    </li>
  );
}

function Renaming({ id, title, onDone }: { id: string; title: string; onDone: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current!.focus();
    input.current!.select();
  }, []);
  const keep = () => {
    // Taken away after Enter, the field loses the focus once more.
    const next = input.current?.value.trim();
    if (next && next !== title) void rename(id, next);
    onDone();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Enter") keep();
    else if (event.key === "Escape") onDone();
    else return;
    event.stopPropagation();
  };
  return (
    <li class="current">
      <input ref={input} class="rename" aria-label={t("rename.label")} maxLength={200} defaultValue={title} onBlur={keep} onKeyDown={onKeyDown} />
    </li>
  );
}
