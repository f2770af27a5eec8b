// How the page looks and how the model is asked. Every change holds at once and is kept in this browser.
import { useEffect, useState } from "preact/hooks";
import { reasons, recommendedTemperature } from "../api/models";
import { chooseLanguage, language, number, t, type Key, type Language } from "../i18n/language";
import { model } from "../state/models";
import { changeSettings, resetSettings, settings, toolsProblem, type Theme } from "../state/settings";
import { settingsOpen } from "../state/view";
import { Dialog } from "./Dialog";
import { shortcut } from "./Sidebar";

const EXAMPLE_TOOLS = JSON.stringify(
  [
    {
      type: "function",
      function: {
        name: "weather",
        description: "The weather in a city today.",
        parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
      },
    },
  ],
  null,
  2,
);

export function SettingsDialog() {
  const close = () => (settingsOpen.value = false);
  return (
    <Dialog title={t("settings")} class="settings" onClose={close}>
      <Look />
      <Asking />
      <Tools />
      <Shortcuts />
      <footer>
        <button class="quiet" onClick={resetSettings}>
          {t("settings.reset")}
        </button>
        <a class="fine" href="licences.txt" target="_blank" rel="noopener">
          {t("settings.licences")}
        </a>
        <button class="primary" onClick={close}>
          {t("done")}
        </button>
      </footer>
    </Dialog>
  );
}

function Look() {
  return (
    <section>
      <h3>{t("settings.look")}</h3>
      <div class="pair">
        <Choice<Language>
          name="language"
          label={t("settings.language")}
          value={language.value}
          options={{ en: "English", zh: "中文" }}
          onChange={chooseLanguage}
        />
        <Choice<Theme>
          name="theme"
          label={t("settings.theme")}
          value={settings.value.theme}
          options={{ system: t("theme.system"), light: t("theme.light"), dark: t("theme.dark") }}
          onChange={(theme) => changeSettings({ theme })}
        />
      </div>
    </section>
  );
}

interface ChoiceProps<T extends string> {
  name: string;
  label: string;
  value: T;
  options: Record<T, string>;
  onChange: (value: T) => void;
}

/** One of a few, all of them seen. */
function Choice<T extends string>({ name, label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      <div>
        {(Object.keys(options) as T[]).map((one) => (
          <label key={one}>
            <input type="radio" name={name} checked={one === value} onChange={() => onChange(one)} />
            <span>{options[one]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Asking() {
  const { system, temperature, topP, maxTokens, seed, thinking } = settings.value;
  const asked = model.value;
  const recommended = asked ? recommendedTemperature(asked) : 0.6;
  const context = asked?.context_length;
  return (
    <section>
      <h3>{t("settings.asking", { model: asked?.id ?? "openk2" })}</h3>
      <label>
        <span>{t("settings.system")}</span>
        <textarea
          rows={3}
          placeholder={t("settings.system.placeholder")}
          value={system}
          onInput={(event) => changeSettings({ system: event.currentTarget.value })}
        />
      </label>
      {asked && reasons(asked) && (
        <Switch
          label={t("settings.thinking")}
          checked={thinking ?? true}
          onChange={(checked) => changeSettings({ thinking: checked ? null : false })}
        />
      )}
      <Slider
        label={t("settings.temperature")}
        hint={t("settings.temperature.hint", { value: number(recommended, { minimumFractionDigits: 1 }) })}
        max={2}
        value={temperature}
        recommended={recommended}
        onChange={(value) => changeSettings({ temperature: value })}
      />
      <Slider
        label={t("settings.topP")}
        hint={t("settings.topP.hint")}
        max={1}
        value={topP}
        recommended={1}
        onChange={(value) => changeSettings({ topP: value })}
      />
      <div class="pair">
        <WholeNumber
          label={t("settings.maxTokens")}
          hint={context ? t("settings.maxTokens.hint", { context }) : t("settings.maxTokens.plain")}
          placeholder={t("settings.maxTokens.none")}
          least={1}
          value={maxTokens}
          onChange={(value) => changeSettings({ maxTokens: value })}
        />
        <WholeNumber
          label={t("settings.seed")}
          hint={t("settings.seed.hint")}
          placeholder={t("settings.seed.none")}
          least={0}
          value={seed}
          onChange={(value) => changeSettings({ seed: value })}
        />
      </div>
    </section>
  );
}

interface SliderProps {
  label: string;
  hint: string;
  max: number;
  /** Null: the recommended one. */
  value: number | null;
  recommended: number;
  onChange: (value: number | null) => void;
}

function Slider({ label, hint, max, value, recommended, onChange }: SliderProps) {
  const shown = value ?? recommended;
  return (
    <div class="slider">
      <label>
        <span>
          {label} <b aria-hidden="true">{number(shown, { minimumFractionDigits: 1, maximumFractionDigits: 2 })}</b>
        </span>
        <input
          type="range"
          min="0"
          max={max}
          step={max > 1 ? "0.1" : "0.05"}
          value={shown}
          onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
        />
      </label>
      <div class="row">
        <small>{hint}</small>
        {value !== null && (
          <button class="quiet" onClick={() => onChange(null)}>
            {t("settings.recommended")}
          </button>
        )}
      </div>
    </div>
  );
}

interface NumberProps {
  label: string;
  hint: string;
  placeholder: string;
  least: number;
  value: number | null;
  onChange: (value: number | null) => void;
}

/** A whole number, or none when the field is empty. */
function WholeNumber({ label, hint, placeholder, least, value, onChange }: NumberProps) {
  const read = (input: HTMLInputElement) => {
    if (input.value === "") onChange(null);
    else if (input.checkValidity()) onChange(input.valueAsNumber);
  };
  return (
    <label>
      <span>{label}</span>
      <input
        type="number"
        min={least}
        step="1"
        placeholder={placeholder}
        value={value ?? ""}
        onInput={(event) => read(event.currentTarget)}
      />
      <small>{hint}</small>
    </label>
  );
}

function Switch({ label, hint, checked, onChange }: { label: string; hint?: string; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label class="switch">
      <input type="checkbox" role="switch" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>
        {label}
        {hint && <small>{hint}</small>}
      </span>
    </label>
  );
}

function Tools() {
  const { javascript, webSearch } = settings.value;
  return (
    <section>
      <h3>{t("settings.tools")}</h3>
      <Switch
        label={t("settings.javascript")}
        hint={t("settings.javascript.hint")}
        checked={javascript}
        onChange={(checked) => changeSettings({ javascript: checked })}
      />
      {model.value?.openk2_builtin_tools?.includes("$web_search") && (
        <Switch
          label={t("settings.webSearch")}
          hint={t("settings.webSearch.hint")}
          checked={webSearch}
          onChange={(checked) => changeSettings({ webSearch: checked })}
        />
      )}
      <ToolsEditor />
    </section>
  );
}

/** Declarations are kept only while they can be sent; until then the field says what is wrong. */
function ToolsEditor() {
  const [text, setText] = useState(settings.value.tools);
  useEffect(() => setText(settings.value.tools), [settings.value.tools]);
  const problem = toolsProblem(text);
  const change = (next: string) => {
    setText(next);
    if (!toolsProblem(next)) changeSettings({ tools: next });
  };
  return (
    <div class="tools-editor">
      <label>
        <span>{t("settings.ownTools")}</span>
        <textarea
          class="mono"
          rows={text ? 8 : 2}
          spellcheck={false}
          aria-invalid={problem !== null}
          aria-describedby="tools-problem"
          placeholder={t("settings.ownTools.placeholder")}
          value={text}
          onInput={(event) => change(event.currentTarget.value)}
        />
      </label>
      <small id="tools-problem" class={problem ? "failure-text" : ""} role={problem ? "alert" : undefined}>
        {problem ?? t("settings.ownTools.hint")}
      </small>
      {!text && (
        <button class="quiet" onClick={() => change(EXAMPLE_TOOLS)}>
          {t("settings.ownTools.example")}
        </button>
      )}
    </div>
  );
}

function Shortcuts() {
  const list: [string, Key][] = [
    ["Enter", "keys.send"],
    ["Shift Enter", "keys.break"],
    ["Esc", "keys.stop"],
    ["↑", "keys.edit"],
    [shortcut("K"), "keys.search"],
    [shortcut("B"), "keys.sidebar"],
  ];
  return (
    <section>
      <h3>{t("settings.keys")}</h3>
      <dl class="keys">
        {list.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(meaning)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
