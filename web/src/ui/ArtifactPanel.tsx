// The panel beside the conversation: what the model wrote as a page, a picture, a table or code.
import { useEffect, useRef, useState } from "preact/hooks";
import { artifactsOf, frameDocument, type Artifact, type Kind } from "../artifacts/find";
import { sandboxedFrame, showIn } from "../artifacts/frame";
import { readTable } from "../artifacts/table";
import { language, t, type Key } from "../i18n/language";
import { coloured } from "../markdown/enrich";
import { current } from "../state/conversations";
import { openArtifact } from "../state/view";
import { copy, download } from "./copy";
import { ChevronIcon, CloseIcon, LeftIcon } from "./icons";
import { TableChart } from "./TableChart";

const ENDINGS: Partial<Record<string, string>> = {
  python: "py",
  javascript: "js",
  typescript: "ts",
  rust: "rs",
  markdown: "md",
  mermaid: "mmd",
  bash: "sh",
  yaml: "yaml",
};

export function ArtifactPanel() {
  const all = artifactsOf(current.value);
  const index = openArtifact.value ?? 0;
  const artifact = all[index];
  const [asSource, setAsSource] = useState(false);
  useEffect(() => {
    if (!artifact) openArtifact.value = null;
  }, [artifact === undefined]);
  if (!artifact) return null;
  const title = artifact.title || t(`artifact.${artifact.kind}` as Key);
  const previews = artifact.kind !== "code" && artifact.kind !== "diagram";
  const ending = ENDINGS[artifact.language] ?? (artifact.language || "txt");
  return (
    <aside class="artifact" aria-label={t("artifact.label")} key={language.value}>
      <header class="bar">
        <h2>{title}</h2>
        {all.length > 1 && (
          <span class="branches" role="group" aria-label={t("artifact.which")}>
            <button
              class="quiet"
              aria-label={t("artifact.previous")}
              disabled={index === 0}
              onClick={() => (openArtifact.value = index - 1)}
            >
              <LeftIcon />
            </button>
            <span>
              {index + 1}/{all.length}
            </span>
            <button
              class="quiet"
              aria-label={t("artifact.next")}
              disabled={index === all.length - 1}
              onClick={() => (openArtifact.value = index + 1)}
            >
              <ChevronIcon />
            </button>
          </span>
        )}
        <button class="quiet square" aria-label={t("artifact.close")} title={t("artifact.close")} onClick={() => (openArtifact.value = null)}>
          <CloseIcon />
        </button>
      </header>
      <div class="tools">
        {previews && (
          <div class="choice" role="group" aria-label={t("artifact.view")}>
            <button aria-pressed={!asSource} onClick={() => setAsSource(false)}>
              {t("artifact.preview")}
            </button>
            <button aria-pressed={asSource} onClick={() => setAsSource(true)}>
              {t("artifact.source")}
            </button>
          </div>
        )}
        {artifact.kind === "diagram" && <span class="fine">{t("artifact.mermaid")}</span>}
        <span class="space" />
        <button class="quiet" onClick={(event) => void copy(artifact.source, event.currentTarget)}>
          {t("copy")}
        </button>
        <button class="quiet" onClick={() => download(`artifact.${ending}`, "text/plain", artifact.source)}>
          {t("download")}
        </button>
      </div>
      {previews && !asSource ? <Preview key={artifact.kind} artifact={artifact} /> : <Source artifact={artifact} />}
    </aside>
  );
}

const FRAMED: Kind[] = ["page", "picture"];

function Preview({ artifact }: { artifact: Artifact }) {
  if (!FRAMED.includes(artifact.kind)) return <TableChart table={readTable(artifact.source)} />;
  return <Framed html={frameDocument(artifact)} title={artifact.title || t(`artifact.${artifact.kind}` as Key)} />;
}

const SETTLE_MS = 400;

/** A frame for each version: a document that runs cannot be taken back. */
function Framed({ html, title }: { html: string; title: string }) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let leave = () => {};
    // While the model still writes, the frame is not built anew for every word.
    const timer = setTimeout(() => {
      const frame = sandboxedFrame(title);
      holder.current!.replaceChildren(frame);
      leave = showIn(frame, html);
    }, holder.current!.childElementCount ? SETTLE_MS : 0);
    return () => {
      clearTimeout(timer);
      leave();
    };
  }, [html, title]);
  return <div class="framed" ref={holder} />;
}

function Source({ artifact }: { artifact: Artifact }) {
  const [html, setHtml] = useState<string | null>(null);
  const { source, language: name } = artifact;
  useEffect(() => {
    let wanted = true;
    setHtml(null);
    void coloured(source, name === "svg" ? "html" : name).then((next) => wanted && setHtml(next), () => undefined);
    return () => {
      wanted = false;
    };
  }, [source, name]);
  return (
    <pre class="source-view" tabindex={0}>
      {html === null ? <code>{source}</code> : <code key="coloured" dangerouslySetInnerHTML={{ __html: html }} />}
    </pre>
  );
}
