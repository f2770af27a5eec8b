// Signing in: from then on conversations are kept on the server.
import { useState } from "preact/hooks";
import { Unreachable } from "../api/reach";
import { t } from "../i18n/language";
import { signIn } from "../state/account";
import { signInOpen } from "../state/view";
import { Dialog } from "./Dialog";

export function SignInDialog() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const close = () => (signInOpen.value = false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await signIn(name, password);
      close();
    } catch (error) {
      setProblem(error instanceof Unreachable ? t("error.unreachable") : (error as Error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("signIn")} class="sign-in" onClose={close}>
      <form onSubmit={(event) => void submit(event)}>
        <label>
          <span>{t("signIn.name")}</span>
          <input required autofocus autocomplete="username" value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label>
          <span>{t("signIn.password")}</span>
          <input
            required
            type="password"
            autocomplete="current-password"
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        {problem && (
          <p class="failure" role="alert">
            {problem}
          </p>
        )}
        <button class="primary" type="submit" disabled={busy}>
          {t("signIn")}
        </button>
        <small>{t("signIn.hint")}</small>
      </form>
    </Dialog>
  );
}
