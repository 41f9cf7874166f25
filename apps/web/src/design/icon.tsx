/** Line icons on a 20-unit grid, drawn in the colour of the text around them. */

const paths = {
  alert: 'M10 3.2 17.6 16.3H2.4ZM10 8v4M10 14.2v.1',
  arrowUp: 'M10 16V4.5M5 9.3l5-5 5 5',
  bars: 'M3.5 16.5h13M5.5 13.5v-4M10 13.5v-9M14.5 13.5v-6',
  bell: 'M5.5 13.5V9a4.5 4.5 0 0 1 9 0v4.5l1.5 1.5H4zM8.5 17h3',
  back: 'M16 10H4.5M9 5.5 4.5 10 9 14.5',
  cartridge: 'M4 3h12v11.5l-1.5 2.5h-9L4 14.5zM7 6.2h6v4.3H7zM8 14v3M12 14v3',
  check: 'm4.5 10.5 3.7 3.7 7.3-8',
  chevron: 'm7.5 5 5 5-5 5',
  close: 'm5 5 10 10M15 5 5 15',
  command:
    'M7.5 7.5h5v5h-5zM7.5 7.5V5.3a2.2 2.2 0 1 0-2.2 2.2ZM12.5 7.5V5.3a2.2 2.2 0 1 1 2.2 2.2ZM7.5 12.5v2.2a2.2 2.2 0 1 1-2.2-2.2ZM12.5 12.5v2.2a2.2 2.2 0 1 0 2.2-2.2Z',
  copy: 'M7 7h9v9H7zM4 13V4h9',
  edit: 'M4 16l.8-3.4L13.5 4l2.5 2.5-8.6 8.7ZM11.8 5.7l2.5 2.5',
  file: 'M5.5 2.8h6l3.5 3.5v10.9h-9.5zM11.5 2.8v3.5H15',
  fit: 'M3.5 7.5v-4h4M12.5 3.5h4v4M16.5 12.5v4h-4M7.5 16.5h-4v-4',
  folder: 'M2.8 5.2h5l1.7 2h7.7v8.6H2.8z',
  globe:
    'M10 2.8a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4ZM2.8 10h14.4M10 2.8c4 4.4 4 10 0 14.4M10 2.8c-4 4.4-4 10 0 14.4',
  graph:
    'M5 6.5a1.8 1.8 0 1 0 0-.1M15 5a1.8 1.8 0 1 0 0-.1M11 15a1.8 1.8 0 1 0 0-.1M6.6 6l6.8-1M5.9 7.9l4 5.8M14.2 6.6l-2.6 6.9',
  keyboard: 'M2.5 5.5h15v9h-15zM5.5 8.5h.1M8.5 8.5h.1M11.5 8.5h.1M14.5 8.5h.1M6.5 11.7h7',
  filter: 'M3 5.5h14M5.5 10h9M8 14.5h4',
  lock: 'M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9',
  log: 'M4 5h12M4 10h12M4 15h7',
  memory: 'M5.5 3h9v14L10 13.7 5.5 17z',
  menu: 'M3 5.5h14M3 10h14M3 14.5h14',
  mind: 'M3 11.5h2.5l2-6 3.5 10 2.5-7 1.2 3H17',
  minus: 'M4 10h12',
  moon: 'M15.8 12.3A6.6 6.6 0 0 1 7.7 4.2a6.6 6.6 0 1 0 8.1 8.1Z',
  more: 'M4.5 10h.1M10 10h.1M15.5 10h.1',
  now: 'M10 2.8a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4ZM10 6v4.2l2.8 1.7',
  panel: 'M2.8 4h14.4v12H2.8zM12 4v12',
  pause: 'M7 4.5v11M13 4.5v11',
  pin: 'M7 3.5h6M8 3.5v5l-2.5 3h9L12 8.5v-5M10 11.5v5',
  play: 'M6.5 4.2v11.6l9-5.8z',
  plus: 'M10 4v12M4 10h12',
  question: 'M7.3 7.3a2.7 2.7 0 1 1 4 2.4c-.9.5-1.3 1.1-1.3 2.1M10 14.5v.1',
  refresh: 'M16 10a6 6 0 1 1-1.8-4.3M16 3v3.3h-3.3',
  search: 'M8.7 3.5a5.2 5.2 0 1 0 0 10.4 5.2 5.2 0 0 0 0-10.4ZM12.6 12.6l4 4',
  settings: 'M3 6h7M15 6h2M12.5 3.8v4.4M3 14h2M10 14h7M7.5 11.8v4.4',
  shield: 'M10 2.8 16 5v5c0 3.6-2.4 6-6 7.2C6.4 16 4 13.6 4 10V5z',
  shop: 'M3.5 8.5 4.8 4h10.4l1.3 4.5M3.5 8.5h13M4.5 8.5V16h11V8.5M8 16v-4h4v4',
  spark: 'M10 3v14M3 10h14M5.5 5.5l9 9M14.5 5.5l-9 9',
  stop: 'M6 6h8v8H6z',
  sun: 'M10 6.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4ZM10 2v1.6M10 16.4V18M2 10h1.6M16.4 10H18M4.3 4.3l1.2 1.2M14.5 14.5l1.2 1.2M15.7 4.3l-1.2 1.2M5.5 14.5l-1.2 1.2',
  system: 'M3 4h14v9.5H3zM7 17h6M10 13.5V17',
  tasks: 'M3.5 3.5h13v13h-13zM6.8 10.2l2.3 2.3 4.3-4.8',
  terminal: 'M2.8 4h14.4v12H2.8zM5.8 8l2.4 2-2.4 2M10 12.5h4',
  trash: 'M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.7 11h7.6l.7-11M8.5 8.5v5M11.5 8.5v5',
  wallet: 'M3.5 6.5v9h13v-9zM3.5 6.5 13.5 3.5v3M16.5 9.5h-4v3h4',
} as const

/** Names of the icons. */
export type IconName = keyof typeof paths

/** An icon. It says nothing to a screen reader: what it stands on carries the name. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
