// What was used: sums, a chart per day, a table per model and per key, budgets, and the caller's own keys.
import { useEffect, useState } from "preact/hooks";
import { usageAddress, type UsageReport, type UsageRow } from "../api/account";
import { counted, locale, money, moment, number, percent, t } from "../i18n/language";
import { session } from "../state/account";
import { daysOf, everybody, hasLedger, lastDays, period, readUsage, report, usageProblem, type By } from "../state/usage";
import { Chart } from "./Chart";
import { Keys } from "./Keys";

const PERIODS = [7, 30, 90];
const MOST_SERIES = 5;

type Measure = "tokens" | "cost" | "requests";

export function UsagePage() {
  const [days, setDays] = useState(30);
  const [by, setBy] = useState<By>("model");
  const [measure, setMeasure] = useState<Measure>("tokens");
  const signedIn = hasLedger();
  useEffect(() => {
    period.value = lastDays(days);
    void readUsage();
  }, [days, everybody.value, session.value]);
  const { from, to } = period.value;
  const measures: Measure[] = session.value.currency ? ["tokens", "cost", "requests"] : ["tokens", "requests"];
  return (
    <main class="usage">
      <div class="column">
        <div class="row controls">
          <Pick
            label={t("usage.period")}
            value={String(days)}
            options={PERIODS.map((count) => [String(count), t("usage.days", { count })])}
            onChange={(value) => setDays(Number(value))}
          />
          <Pick
            label={t("usage.measure")}
            value={measure}
            options={measures.map((one) => [one, t(`usage.${one}`)])}
            onChange={(value) => setMeasure(value as Measure)}
          />
          {signedIn && (
            <Pick
              label={t("usage.by")}
              value={by}
              options={(["model", "key"] as const).map((one) => [one, t(`usage.by.${one}`)])}
              onChange={(value) => setBy(value as By)}
            />
          )}
          {session.value.user?.admin && (
            <Pick
              label={t("usage.whose")}
              value={everybody.value ? "all" : "mine"}
              options={(["mine", "all"] as const).map((one) => [one, t(`usage.whose.${one}`)])}
              onChange={(value) => (everybody.value = value === "all")}
            />
          )}
        </div>
        {usageProblem.value && (
          <p class="failure" role="alert">
            {usageProblem.value}
          </p>
        )}
        {report.value && <Report report={report.value} by={signedIn ? by : "model"} measure={measure} />}
        <p class="fine">
          {signedIn ? (
            <a href={usageAddress(from, to, everybody.value, "csv")} download>
              {t("usage.csv")}
            </a>
          ) : (
            t("usage.here")
          )}
        </p>
        {signedIn && session.value.scopes.includes("keys") && <Keys />}
      </div>
    </main>
  );
}

interface PickProps {
  label: string;
  value: string;
  options: [string, string][];
  onChange: (value: string) => void;
}

function Pick({ label, value, options, onChange }: PickProps) {
  return (
    <label class="pick">
      <span class="fine">{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

const MEASURES: Record<Measure, (row: UsageRow) => number> = {
  tokens: (row) => row.prompt_tokens + row.completion_tokens,
  cost: (row) => row.cost,
  requests: (row) => row.requests,
};

function Report({ report: { rows, budgets, currency }, by, measure }: { report: UsageReport; by: By; measure: Measure }) {
  const total = (value: (row: UsageRow) => number) => rows.reduce((sum, row) => sum + value(row), 0);
  const prompt = total((row) => row.prompt_tokens);
  const groups = grouped(rows, by, MEASURES[measure]);
  const days = daysOf(period.value);
  const short = new Intl.DateTimeFormat(locale(), { month: "short", day: "numeric", timeZone: "UTC" });
  const series = groups.slice(0, MOST_SERIES).map(({ name, members }) => ({ name, values: perDay(members, days, measure) }));
  const rest = groups.slice(MOST_SERIES).flatMap(({ members }) => members);
  if (rest.length) series.push({ name: t("usage.others"), values: perDay(rest, days, measure) });
  return (
    <>
      <dl class="figures">
        <Figure name={t("usage.requests")} value={number(total((row) => row.requests))} />
        <Figure name={t("meter.prompt")} value={compact(prompt)} />
        <Figure name={t("meter.cached")} value={prompt ? percent(total((row) => row.cached_tokens) / prompt) : "–"} />
        <Figure name={t("meter.output")} value={compact(total((row) => row.completion_tokens))} />
        {currency && <Figure name={t("meter.cost")} value={money(total((row) => row.cost), currency)} />}
      </dl>
      {rows.length ? (
        <>
          <Chart kind="bars" labels={days.map((day) => short.format(Date.parse(day)))} series={series} title={t("usage.chart")} />
          <GroupTable groups={groups} by={by} currency={currency} />
        </>
      ) : (
        <p class="none">{t("usage.none")}</p>
      )}
      {budgets.length > 0 && <Budgets budgets={budgets} currency={currency} />}
    </>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

interface Group {
  name: string;
  members: UsageRow[];
}

/** Largest first. */
function grouped(rows: UsageRow[], by: By, value: (row: UsageRow) => number): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const id = by === "model" ? row.model : row.key_id;
    const name = by === "model" ? row.model : (row.key_name ?? t("usage.page"));
    const group = groups.get(id) ?? { name, members: [] };
    group.members.push(row);
    groups.set(id, group);
  }
  const size = ({ members }: Group) => members.reduce((sum, row) => sum + value(row), 0);
  return [...groups.values()].sort((a, b) => size(b) - size(a));
}

function perDay(rows: UsageRow[], days: string[], measure: Measure): number[] {
  return days.map((day) => rows.reduce((sum, row) => (row.day === day ? sum + MEASURES[measure](row) : sum), 0));
}

function GroupTable({ groups, by, currency }: { groups: Group[]; by: By; currency: string | null }) {
  const sum = (members: UsageRow[], value: (row: UsageRow) => number) => members.reduce((total, row) => total + value(row), 0);
  return (
    <div class="prose scroll" tabindex={0} role="region" aria-label={t("usage.table")}>
      <table>
        <thead>
          <tr>
            <th>{t(`usage.by.${by}`)}</th>
            <th align="right">{t("usage.requests")}</th>
            <th align="right">{t("meter.prompt")}</th>
            <th align="right">{t("meter.cached")}</th>
            <th align="right">{t("meter.output")}</th>
            {currency && <th align="right">{t("meter.cost")}</th>}
          </tr>
        </thead>
        <tbody>
          {groups.map(({ name, members }) => {
            const prompt = sum(members, (row) => row.prompt_tokens);
            return (
              <tr key={name}>
                <td>{name}</td>
                <td align="right">{number(sum(members, (row) => row.requests))}</td>
                <td align="right">{number(prompt)}</td>
                <td align="right">{prompt ? percent(sum(members, (row) => row.cached_tokens) / prompt) : "–"}</td>
                <td align="right">{number(sum(members, (row) => row.completion_tokens))}</td>
                {currency && <td align="right">{money(sum(members, (row) => row.cost), currency)}</td>}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Budgets({ budgets, currency }: { budgets: UsageReport["budgets"]; currency: string | null }) {
  return (
    <section>
      <h2>{t("usage.budgets")}</h2>
      <ul class="budgets">
        {budgets.map((one) => (
          <li key={one.name + one.period}>
            <span>
              {one.name} · {t(one.period === "day" ? "usage.perDay" : "usage.perMonth")}
            </span>
            {one.tokens !== null && (
              <Gauge used={one.used_tokens} most={one.tokens} text={`${compact(one.used_tokens)} / ${counted("tokens", one.tokens)}`} />
            )}
            {one.money !== null && (
              <Gauge
                used={one.used_money}
                most={one.money}
                text={`${money(one.used_money, currency)} / ${money(one.money, currency)}`}
              />
            )}
            <span class="fine">{t("usage.resets", { time: moment(Date.parse(one.resets)) })}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Gauge({ used, most, text }: { used: number; most: number; text: string }) {
  return (
    <span class="gauge">
      <meter min={0} max={most || 1} value={Math.min(used, most || 1)} aria-label={text} />
      <span class="fine">{text}</span>
    </span>
  );
}

function compact(value: number): string {
  return number(value, { notation: value >= 100_000 ? "compact" : "standard", maximumFractionDigits: 1 });
}
