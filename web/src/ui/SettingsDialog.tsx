// How the model is asked: system prompt, sampling, tools. Every change holds at once and is kept in this browser.
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { model } from "../session";
import { changeSettings, defaultSettings, settings, toolsProblem } from "../store";
import { CloseIcon } from "./icons";

export const settingsOpen = signal(false);

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
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (settingsOpen.value) dialog.current!.showModal();
    else dialog.current!.close();
  }, [settingsOpen.value]);
  const close = () => (settingsOpen.value = false);
  const { system, temperature, maxTokens, seed } = settings.value;
  const context = model.value?.context_length;
  return (
    <dialog
      ref={dialog}
      class="settings"
      aria-labelledby="settings-title"
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <div class="inside">
        <header>
          <h2 id="settings-title">Settings</h2>
          <button class="quiet square" aria-label="Close settings" onClick={close}>
            <CloseIcon />
          </button>
        </header>
        <label>
          <span>System prompt</span>
          <textarea
            rows={3}
            placeholder="What the model should know or be, before the conversation"
            value={system}
            onInput={(event) => changeSettings({ system: event.currentTarget.value })}
          />
        </label>
        <label>
          <span>
            Temperature <b aria-hidden="true">{temperature.toFixed(1)}</b>
          </span>
          <input
            type="range"
            min="0"
            max="2"
            step="0.1"
            value={temperature}
            onInput={(event) => changeSettings({ temperature: event.currentTarget.valueAsNumber })}
          />
          <small>0 always takes the likeliest word; higher is more varied.</small>
        </label>
        <div class="pair">
          <WholeNumber
            label="Longest answer"
            hint={context ? `tokens; the context holds ${context.toLocaleString("en")}` : "tokens"}
            least={1}
            value={maxTokens}
            onChange={(value) => changeSettings({ maxTokens: value })}
          />
          <WholeNumber
            label="Seed"
            hint="the same seed gives the same answer"
            least={0}
            value={seed}
            onChange={(value) => changeSettings({ seed: value })}
          />
        </div>
        <ToolsEditor />
        <footer>
          <button class="quiet" onClick={() => changeSettings(defaultSettings)}>
            Back to defaults
          </button>
          <a class="fine" href="licences.txt" target="_blank" rel="noopener">
            Licences
          </a>
          <button class="primary" onClick={close}>
            Done
          </button>
        </footer>
      </div>
    </dialog>
  );
}

interface NumberProps {
  label: string;
  hint: string;
  least: number;
  value: number | null;
  onChange: (value: number | null) => void;
}

/** A whole number, or none when the field is empty. */
function WholeNumber({ label, hint, least, value, onChange }: NumberProps) {
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
        placeholder={least ? "no limit" : "random"}
        value={value ?? ""}
        onInput={(event) => read(event.currentTarget)}
      />
      <small>{hint}</small>
    </label>
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
        <span>Tools the model may call</span>
        <textarea
          class="mono"
          rows={text ? 8 : 2}
          spellcheck={false}
          aria-invalid={problem !== null}
          aria-describedby="tools-problem"
          placeholder="A JSON list of OpenAI tool declarations"
          value={text}
          onInput={(event) => change(event.currentTarget.value)}
        />
      </label>
      <small id="tools-problem" class={problem ? "failure-text" : ""} role={problem ? "alert" : undefined}>
        {problem ?? "The page runs no tools: it shows each call and asks you for the result."}
      </small>
      {!text && (
        <button class="quiet" onClick={() => change(EXAMPLE_TOOLS)}>
          Insert an example
        </button>
      )}
    </div>
  );
}
