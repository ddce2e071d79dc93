/** The page's few line icons, 16 px, in the colour of the text beside them. */
const FORMS = {
  list: <path d="M2 4h12M2 8h12M2 12h12" />,
  cards: <path d="M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM9.5 9.5h4v4h-4z" />,
  map: (
    <path
      d="M2 2h3v3H2zM6.5 2h3v3h-3zM11 2h3v3h-3zM2 6.5h3v3H2zM6.5 6.5h3v3h-3zM11 6.5h3v3h-3zM2 11h3v3H2zM6.5 11h3v3h-3zM11 11h3v3h-3z"
      fill="currentColor"
      stroke="none"
    />
  ),
  search: <path d="M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.8 10.8L14 14" />,
  density: <path d="M2 3h12M2 6.3h12M2 9.7h12M2 13h12" />,
  sun: (
    <path d="M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3.1 3.1l1.1 1.1M11.8 11.8l1.1 1.1M3.1 12.9l1.1-1.1M11.8 4.2l1.1-1.1" />
  ),
  moon: <path d="M13.5 9.5A6 6 0 1 1 6.5 2.5a4.8 4.8 0 0 0 7 7z" />,
  caret: <path d="M6 3.5L10.5 8 6 12.5" />,
  caretDown: <path d="M3.5 6L8 10.5 12.5 6" />,
  back: <path d="M10 3L5 8l5 5" />,
  close: <path d="M3.5 3.5l9 9M12.5 3.5l-9 9" />,
  copy: <path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" />,
  check: <path d="M3 8.5l3.2 3.2L13 5" strokeWidth="1.8" />,
  cross: <path d="M4 4l8 8M12 4l-8 8" strokeWidth="1.8" />,
  note: <path d="M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4zM8 7.2v4M8 4.6v1.2" />,
  terminal: <path d="M3 4.5L6.5 8 3 11.5M8 12h5" />,
  tasks: <path d="M2 3.5h12M2 6.5h12M2 9.5h12M2 12.5h12" strokeWidth="1.8" />,
  processes: <path d="M2 3.5h2M6.5 3.5H14M2 8h2M6.5 8H14M2 12.5h2M6.5 12.5H14" />,
  settings: <path d="M2 5h6.5M12.5 5H14M10.5 3v4M2 11h1.5M7.5 11H14M5.5 9v4" />,
  now: <path d="M2 4h12M2 8h8M2 12h5" />,
  open: <path d="M9 3h4v4M13 3L7.5 8.5M11 9.5V13H3V5h3.5" />,
  more: <path d="M8 3.2v.1M8 8v.1M8 12.7v.1" strokeWidth="2.4" />,
  grip: <path d="M6 4v.1M10 4v.1M6 8v.1M10 8v.1M6 12v.1M10 12v.1" strokeWidth="2" />,
  refresh: <path d="M13 8a5 5 0 1 1-1.5-3.6M13 2v3h-3" />,
};

export type IconName = keyof typeof FORMS;

/** Hidden from screen readers: the word beside it, or the label of its button, says what it is for. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {FORMS[name]}
    </svg>
  );
}
