/** How a frontend's tree looks: its authors have no styles of their own, but a few classes to choose from. */

/**
 * Takes its colours from the page: `--ink`, `--ink-soft`, `--line`, `--line-strong`, `--glass`, `--tide`, `--nucleus` and
 * `--nucleus-ink`, or those of the system.
 *
 * Classes: `row`, `column`, `grid`, `keys` (four beside one another), `spread`, `card`, `primary`, `quiet`, `small`, `big`, `muted`, `good`, `bad`, `number`,
 * `done`.
 */
export const treeStyle = `
:host { display: block; }
*, *::before, *::after { box-sizing: border-box; }
.root { display: grid; gap: 0.75rem; grid-template-columns: minmax(0, 1fr); color: var(--ink, CanvasText); line-height: 1.5; overflow-wrap: anywhere; }
.root > * { min-width: 0; }
h1, h2, h3, h4, h5, h6, p, ul, ol, dl, pre, figure, blockquote, fieldset, table, hr { margin: 0; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; } h3 { font-size: 1.05rem; } h4, h5, h6 { font-size: 1rem; }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; text-wrap: balance; }
div, section, article, main, header, footer, nav, aside, form, fieldset { min-width: 0; }
section, article, main, form, .column, .card, .grid { display: grid; gap: 0.6rem; grid-template-columns: minmax(0, 1fr); align-content: start; }
.grid { grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); }
.keys { display: grid; gap: 0.5rem; grid-template-columns: repeat(4, minmax(0, 1fr)); max-width: 24rem; }
.row { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; }
.spread { display: flex; gap: 0.75rem; align-items: center; justify-content: space-between; }
.row > input, .row > select, .row > textarea { flex: 1 1 8rem; width: auto; min-width: 0; }
.row > input[type="checkbox"], .row > input[type="radio"], .row > input[type="color"] { flex: none; }
.card { padding: 0.9rem 1rem; border: 1px solid var(--line, ButtonBorder); border-radius: 0.75rem; background: var(--glass, Canvas); }
ul, ol { padding-inline-start: 1.3rem; }
li + li { margin-top: 0.25rem; }
a { color: var(--tide, LinkText); }
hr { width: 100%; border: 0; border-top: 1px solid var(--line, ButtonBorder); }
img, canvas { max-width: 100%; height: auto; }
pre, code, kbd { font-family: var(--code, ui-monospace, monospace); font-size: 0.9em; }
pre { padding: 0.7rem 0.9rem; overflow: auto; border: 1px solid var(--line, ButtonBorder); border-radius: 0.5rem; }
blockquote { padding-inline-start: 0.9rem; border-inline-start: 3px solid var(--line-strong, GrayText); color: var(--ink-soft, inherit); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.35rem 0.7rem 0.35rem 0; border-bottom: 1px solid var(--line, ButtonBorder); text-align: start; }
label { display: inline-flex; flex-wrap: wrap; gap: 0.4rem; align-items: center; color: var(--ink-soft, inherit); }
button, input, select, textarea { font: inherit; color: inherit; letter-spacing: inherit; }
input:not([type="checkbox"], [type="radio"], [type="range"], [type="color"]), select, textarea { width: 100%; padding: 0.45rem 0.7rem; border: 1px solid var(--line-strong, ButtonBorder); border-radius: 0.5rem; background: transparent; color: var(--ink, inherit); }
select > * { color: CanvasText; background: Canvas; }
input[type="range"] { width: 100%; }
input { accent-color: var(--tide, auto); }
textarea { min-height: 5rem; resize: vertical; }
fieldset { padding: 0.6rem 0.9rem; border: 1px solid var(--line, ButtonBorder); border-radius: 0.5rem; }
button, img, canvas, output { justify-self: start; }
.keys > * { justify-self: stretch; }
button { min-height: 2.25rem; padding: 0.3rem 0.85rem; border: 1px solid var(--line-strong, ButtonBorder); border-radius: 0.5rem; background: transparent; cursor: pointer; }
button:hover:not(:disabled, .primary) { background: var(--tide-soft, ButtonFace); }
button:disabled { cursor: default; opacity: 0.55; }
button.primary, input[type="submit"] { border-color: transparent; background: var(--nucleus, AccentColor); color: var(--nucleus-ink, AccentColorText); font-weight: 600; }
button.quiet { border-color: transparent; color: var(--ink-soft, inherit); }
:focus-visible { outline: 2px solid var(--tide, Highlight); outline-offset: 2px; }
progress, meter { width: 100%; accent-color: var(--tide, auto); }
meter::-webkit-meter-optimum-value { background: var(--tide, AccentColor); }
summary { cursor: pointer; }
.small { font-size: 0.85em; } .big { font-size: 2rem; font-weight: 600; line-height: 1.2; }
.muted { color: var(--ink-soft, GrayText); } .good { color: var(--good, green); } .bad { color: var(--bad, firebrick); }
.number { font-variant-numeric: tabular-nums; } .done { text-decoration: line-through; opacity: 0.65; }
@media (pointer: coarse) { button, input, select { min-height: 2.75rem; } }
`
