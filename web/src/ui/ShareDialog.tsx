// A frozen copy under an address that whoever has it can read, until it expires or is taken back.
import { useState } from "preact/hooks";
import type { Share } from "../conversation/store";
import { day, t } from "../i18n/language";
import { store } from "../state/conversations";
import { exportPage } from "../state/transfers";
import { sharing } from "../state/view";
import { copy } from "./copy";
import { Dialog } from "./Dialog";

const DAYS = [1, 7, 30];

export function ShareDialog({ id }: { id: string }) {
  const [days, setDays] = useState(7);
  const [share, setShare] = useState<Share | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const close = () => (sharing.value = null);
  const attempt = async (act: () => Promise<Share | null>) => {
    try {
      setShare(await act());
      setProblem(null);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const make = () => attempt(() => store.value.share!(id, days));
  const takeBack = () => attempt(() => store.value.unshare!(id).then(() => null));
  const address = share === null ? null : new URL(share.url, location.href).href;
  return (
    <Dialog title={t("share")} class="share" onClose={close}>
      <p>{t("share.explain")}</p>
      {address === null ? (
        <label class="across">
          <span>{t("share.days")}</span>
          <select value={days} onChange={(event) => setDays(Number(event.currentTarget.value))}>
            {DAYS.map((one) => (
              <option key={one} value={one}>
                {new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "day", unitDisplay: "long" }).format(one)}
              </option>
            ))}
          </select>
        </label>
      ) : (
        <label>
          <span>{share?.expires == null ? t("share.address") : t("share.until", { day: day(share.expires) })}</span>
          <input readonly value={address} onFocus={(event) => event.currentTarget.select()} />
        </label>
      )}
      {problem && (
        <p class="failure" role="alert">
          {problem}
        </p>
      )}
      <footer>
        <button class="quiet" onClick={() => void exportPage(id)}>
          {t("export.page")}
        </button>
        {address === null ? (
          <button class="primary" onClick={() => void make()}>
            {t("share.make")}
          </button>
        ) : (
          <>
            <button class="quiet" onClick={() => void takeBack()}>
              {t("share.takeBack")}
            </button>
            <button class="primary" onClick={(event) => void copy(address, event.currentTarget)}>
              {t("copy")}
            </button>
          </>
        )}
      </footer>
    </Dialog>
  );
}
