// Line icons on a 20-pixel grid; decorative, the button around them has the name.
import type { ComponentChildren } from "preact";

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      {children}
    </svg>
  );
}

export const MenuIcon = () => (
  <Icon>
    <rect x="2.75" y="3.75" width="14.5" height="12.5" rx="2.5" />
    <path d="M7.75 3.75v12.5" />
  </Icon>
);
export const PlusIcon = () => (
  <Icon>
    <path d="M10 4v12M4 10h12" />
  </Icon>
);
export const SettingsIcon = () => (
  <Icon>
    <path d="M3 6.5h6.5M14 6.5h3M3 13.5h3M10.5 13.5H17" />
    <circle cx="11.75" cy="6.5" r="2.25" />
    <circle cx="8.25" cy="13.5" r="2.25" />
  </Icon>
);
export const SendIcon = () => (
  <Icon>
    <path d="M10 16V4.500M5 9.25 10 4.250l5 5" />
  </Icon>
);
export const StopIcon = () => (
  <Icon>
    <rect class="solid" x="5.5" y="5.5" width="9" height="9" rx="1.5" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="m5 5 10 10M15 5 5 15" />
  </Icon>
);
export const ChevronIcon = () => (
  <Icon>
    <path d="m8 5.5 4.5 4.500L8 14.5" />
  </Icon>
);
export const ToolIcon = () => (
  <Icon>
    <path d="M12.2 3.400a4.2 4.2 0 0 0-4.9 5.500L3.2 13a1.7 1.7 0 0 0 0 2.400l1.4 1.400a1.7 1.7 0 0 0 2.4 0l4.1-4.100a4.2 4.2 0 0 0 5.5-4.900l-2.7 2.7-2.3-.6-.6-2.300z" />
  </Icon>
);

/** The mark: a ridge under snow. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <path class="ridge" d="M2 27 12.6 7.6a1.6 1.6 0 0 1 2.8 0L20 16l2.2-3.6a1.5 1.5 0 0 1 2.6 0L31 27z" />
    <path class="snow" d="m14 10.4 3.6 6.7-2.2-1.1-1.5 1.6-1.8-1.8-1.7 1.200z" />
  </svg>
);
