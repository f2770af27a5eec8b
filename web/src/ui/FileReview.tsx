// The text that was read out of a file, to be checked and shortened before the model reads it.
import { useState } from "preact/hooks";
import { countTokens } from "../api/files";
import { counted, t } from "../i18n/language";
import { changeText } from "../state/attachments";
import { model } from "../state/models";
import { reviewing } from "../state/view";
import { Dialog } from "./Dialog";

export function FileReview() {
  const { conversationId, draft } = reviewing.value!;
  const attachment = draft.attachment!;
  const [text, setText] = useState(attachment.text);
  const close = () => (reviewing.value = null);
  const keep = async () => {
    close();
    if (text === attachment.text) return;
    const tokens = await countTokens(model.value?.id ?? "", text);
    changeText(conversationId, draft.key, { ...attachment, text, tokens });
  };
  return (
    <Dialog title={draft.name} class="review" onClose={close}>
      <p class="fine">
        {t("files.reviewHint")}
        {attachment.tokens !== null && ` ${counted("tokens", attachment.tokens)}.`}
      </p>
      <textarea
        class="mono"
        aria-label={t("files.text")}
        spellcheck={false}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <footer>
        <button class="quiet" onClick={close}>
          {t("cancel")}
        </button>
        <button class="primary" onClick={() => void keep()}>
          {t("files.keep")}
        </button>
      </footer>
    </Dialog>
  );
}
