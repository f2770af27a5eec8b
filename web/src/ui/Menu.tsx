// A button with a list of actions below it: a native popover, so Escape and a click beside it close it.
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";

export interface Item {
  label: string;
  act: () => void;
  danger?: boolean;
}

interface Props {
  label: string;
  items: Item[];
  class?: string;
  children: ComponentChildren;
}

const GAP_PX = 4;

export function Menu({ label, items, class: name = "quiet square", children }: Props) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const onToggle = (event: { newState: string }) => {
    if (event.newState !== "open") return;
    place(menu.current!, button.current!);
    menu.current!.querySelector("button")?.focus();
  };
  const onBeforeToggle = (event: { newState: string }) => setOpen(event.newState === "open");
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const all = [...menu.current!.querySelectorAll("button")];
    all.at((all.indexOf(document.activeElement as HTMLButtonElement) + by) % all.length)?.focus();
  };
  return (
    <>
      <button ref={button} type="button" class={name} aria-label={label} title={label} popovertarget={id}>
        {children}
      </button>
      <div
        ref={menu}
        id={id}
        class="menu"
        popover="auto"
        role="menu"
        aria-label={label}
        onBeforeToggle={onBeforeToggle}
        onToggle={onToggle}
        onKeyDown={onKeyDown}
      >
        {(open ? items : []).map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            class={item.danger ? "danger" : ""}
            onClick={() => {
              menu.current!.hidePopover();
              item.act();
            }}
          >
            {item.label}
          </button>
        ))}
      </div>
    </>
  );
}

/** Below the button, or above where there is no room, and inside the window. */
function place(menu: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = at.bottom + GAP_PX;
  const top = below + height > innerHeight ? at.top - GAP_PX - height : below;
  menu.style.top = `${Math.max(GAP_PX, top)}px`;
  menu.style.left = `${Math.max(GAP_PX, Math.min(at.left, innerWidth - width - GAP_PX))}px`;
}
