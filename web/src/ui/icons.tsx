// Line icons on a 20-pixel grid; decorative, the button around them has the name.
import type { ComponentChildren } from "preact";

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      {children}
    </svg>
  );
}

const icon = (path: string) => () => (
  <Icon>
    <path d={path} />
  </Icon>
);

export const PlusIcon = icon("M10 4v12M4 10h12");
export const SendIcon = icon("M10 16V4.5M5 9.25l5-5 5 5");
export const CloseIcon = icon("m5 5 10 10M15 5 5 15");
export const CheckIcon = icon("m4.5 10.5 3.5 3.5 7.5-8");
export const ChevronIcon = icon("m8 5.5 4.5 4.5L8 14.5");
export const LeftIcon = icon("M12 5.5 7.5 10l4.5 4.5");
export const DownIcon = icon("M10 4v11.5M5 10.5l5 5 5-5");
export const PencilIcon = icon("m4 16 .7-3.3 8.6-8.6a1.4 1.4 0 0 1 2 0l.6.6a1.4 1.4 0 0 1 0 2L7.3 15.3z");
export const AgainIcon = icon("M15.7 8.5A6 6 0 1 0 16 11M16 4.5v4h-4");
export const ClipIcon = icon(
  "m15.5 9.5-5.7 5.7a3.3 3.3 0 0 1-4.7-4.7l6.2-6.2a2.2 2.2 0 0 1 3.1 3.1l-6.2 6.2a1.1 1.1 0 0 1-1.6-1.6l5.3-5.3",
);
export const ChartIcon = icon("M3.5 16.5h13M5.5 13.5v-3M10 13.5v-7M14.5 13.5v-9");
export const ForwardIcon = icon("M4 10h11M10.5 5.5 15 10l-4.5 4.5");
export const ToolIcon = icon(
  "M12.2 3.4a4.2 4.2 0 0 0-4.9 5.5L3.2 13a1.7 1.7 0 0 0 0 2.4l1.4 1.4a1.7 1.7 0 0 0 2.4 0l4.1-4.1a4.2 4.2 0 0 0 5.5-4.9l-2.7 2.7-2.3-.6-.6-2.3z",
);
export const FileIcon = icon("M5 3.5h6.5L15 7v9.5H5zM11.25 3.75v3.5h3.5M7.5 10.5h5M7.5 13.25h5");
export const MenuIcon = () => (
  <Icon>
    <rect x="2.75" y="3.75" width="14.5" height="12.5" rx="2.5" />
    <path d="M7.75 3.75v12.5" />
  </Icon>
);
export const SettingsIcon = () => (
  <Icon>
    <path d="M3 6.5h6.5M14 6.5h3M3 13.5h3M10.5 13.5H17" />
    <circle cx="11.75" cy="6.5" r="2.25" />
    <circle cx="8.25" cy="13.5" r="2.25" />
  </Icon>
);
export const StopIcon = () => (
  <Icon>
    <rect class="solid" x="5.5" y="5.5" width="9" height="9" rx="1.5" />
  </Icon>
);
export const CopyIcon = () => (
  <Icon>
    <rect x="7" y="7" width="9.5" height="9.5" rx="2" />
    <path d="M13 7V5.5a2 2 0 0 0-2-2H5.5a2 2 0 0 0-2 2V11a2 2 0 0 0 2 2H7" />
  </Icon>
);
export const MoreIcon = () => (
  <Icon>
    <circle class="solid" cx="4.5" cy="10" r="0.9" />
    <circle class="solid" cx="10" cy="10" r="0.9" />
    <circle class="solid" cx="15.5" cy="10" r="0.9" />
  </Icon>
);
export const SearchIcon = () => (
  <Icon>
    <circle cx="9" cy="9" r="5" />
    <path d="m12.75 12.75 4 4" />
  </Icon>
);
export const PersonIcon = () => (
  <Icon>
    <circle cx="10" cy="7" r="3.25" />
    <path d="M3.75 16.5a6.25 6.25 0 0 1 12.5 0" />
  </Icon>
);
export const PanelIcon = () => (
  <Icon>
    <rect x="2.75" y="3.75" width="14.5" height="12.5" rx="2.5" />
    <path d="M11.25 3.75v12.5" />
  </Icon>
);

/** The mark: a ridge under snow. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <path class="ridge" d="M2 27 12.6 7.6a1.6 1.6 0 0 1 2.8 0L20 16l2.2-3.6a1.5 1.5 0 0 1 2.6 0L31 27z" />
    <path class="snow" d="m14 10.4 3.6 6.7-2.2-1.1-1.5 1.6-1.8-1.8-1.7 1.2z" />
  </svg>
);
