/** How a cartridge is written, in few words, for whoever is about to write one. */

import type { Language } from '../protocol.js'
import type { Kind } from '../rewrite/abi.js'

const assemblyScript: Readonly<Record<Kind, string>> = {
  backend: `Export \`function handle(request: Request): Response\`, with both from 'cart/index'. A request has method, path, query, text(), header(name) and parameter(name) and, of a form, field(name), both decoded. Answer with Response.text(body, status), Response.json(text, status) or Response.html(text), each with .header(name, value).`,
  interactive: `Make one \`new Screen(width, height)\` of 'cart/screen'; export \`function frame(t: f64, dt: f64): i32\` (ms; 1 if the picture changed, 2 to end) and \`function key(code: i32, down: bool): void\`, and \`pointer(x: i32, y: i32, buttons: i32): void\` if it is needed. Keys: 37 to 40 arrows left, up, right, down; 13 Enter; 32 Space; 48 to 57 digits; 65 to 90 letters. Screen has clear(colour), fill(x, y, width, height, colour), frame (a border), set(x, y, colour), line(x, y, toX, toY, colour), disc(x, y, radius, colour), text(x, y, text, colour, scale), centre(y, text, colour, scale) and banner(title, hint); a colour is rgb(0xRRGGBB), also of 'cart/screen'. Move by dt, not by frames.`,
  frontend: `Export \`function render(event: string): string\`, JSON both ways. In: {"type":"mount"} or {"type":"event","event":"click","id":"add","value":null,"key":null}. Out: a text, or {"t":tag,"a":{attributes},"on":{event:id},"c":[children]}. Of 'cart/tree': new UiEvent(json) has type, event, id, value, key and, of a form, field(name); element(tag, text) has set(attribute, value), on(event, id), text, add(child), each giving the element, and toString(). No scripts, no style, no SVG; class names are free.`,
  cognitive:
    'Export `function invoke(input: string): string`, JSON both ways. It needs one test at least, with an input and the one right output.',
}

const language = `The language is AssemblyScript: TypeScript's syntax with numbers i32, f64, bool and strings, classes and arrays; no closures, unions, any, undefined, regular expressions, JSON object, promises or timers. 'cart/json' has Json.parse(text), get, at, text, number and Json.object().set(name, value).toString(); 'cart/tree' builds a frontend's tree. From 'cart/index', each by its capability: kv.get, kv.set, kv.remove, kv.list (kv), log (log), now (clock), random (entropy), payment (payment), http(url, method, body, headers), a Response or null (http); also kv.integer(key), escapeHtml, decode, quote, and decimal(number, places) as text. Of 'cart/json': Json.parse(text) with exists, get(name), at(index), length, text, number, flag; Json.object().set(name, value), Json.list().add(value), toString(). What is missing reads as empty. Join many texts with an array's join(''), not by +=.`

const script: Readonly<Record<Kind, string>> = {
  backend:
    'Export `function handle(request)`: request has method, path, query, parameters, headers and body, a text. Return a text, an object that becomes JSON, or { status, headers, body }.',
  interactive: 'Scripts are too slow for pictures: write it in AssemblyScript.',
  frontend:
    'Export `function render(event)`: in comes { type: "mount" } or { type: "event", event, id, value, key }, out a text or { t: tag, a: attributes, on: { event: id }, c: children }.',
  cognitive:
    'Export `function invoke(input)`, JSON values both ways. It needs one test at least, with an input and the one right output.',
}

const scripting =
  'The language is TypeScript or JavaScript in one file, without imports, timers or fetch. There are, each by its capability: kv.get, kv.set, kv.delete, kv.list (kv), log (log), now (clock), random (entropy), payment (payment), call (call), http (http): http({ url, method, headers, body }) gives { status, headers, body } at once, or throws.'

const rust: Readonly<Record<Kind, string>> = {
  backend:
    'Write `pub fn handle(request: Request) -> Response`. A request has method, path, query, text(), header(name), parameter(name) and, of a form, field(name). Answer with Response::text(body), Response::json(text) or Response::html(text), each with .status(404) and .header(name, value).',
  interactive:
    'Write `pub const SIZE: (i32, i32)`, `pub fn frame(screen: &mut Screen, t: f64, dt: f64) -> i32` (ms; 1 if the picture changed, 2 to end) and `pub fn key(code: i32, down: bool)`, and `pub fn pointer(x: i32, y: i32, buttons: i32)` if it is needed. Screen has clear(colour), fill(x, y, width, height, colour), set(x, y, colour) and pixels; a colour is rgb(0xRRGGBB). Keep state in `static STATE: Mutex<...>`.',
  frontend:
    'Write `pub fn render(event: &str) -> String`, JSON both ways. In: {"type":"mount"} or {"type":"event","event":"click","id":"add","value":null,"key":null}. Out: a text, or {"t":tag,"a":{attributes},"on":{event:id},"c":[children]}.',
  cognitive:
    'Write `pub fn invoke(input: &str) -> String`, JSON both ways. It needs one test at least, with an input and the one right output.',
}

const rusting =
  'The language is Rust 2021 in one file, with std and without crates, files, threads or time. All that follows is there without `use`, each by its capability: kv::get, kv::set, kv::remove, kv::list (kv), log(text) (log), now() (clock), random() (entropy), payment() (payment), call(target, path, body, method) (call), http(url, method, body, headers), an Option<Response> (http); also decode and escape_html. There is no JSON: read and write it as text.'

/** What the capability `http` needs beside itself. */
const asking =
  'Whom http asks stands in httpHosts, as host or host:port, and the operator has to grant each. It is refused in the trial and in tests: answer without it there.'

/** Says how to write a kind of cartridge in a language. */
export function guideTo(kind: Kind, { language: inLanguage }: { readonly language: Language }): string {
  const written = {
    assemblyscript: `${assemblyScript[kind]} ${language}`,
    rust: `${rust[kind]} ${rusting}`,
    script: `${script[kind]} ${scripting}`,
  }[inLanguage]
  return `${written} ${asking}`
}
