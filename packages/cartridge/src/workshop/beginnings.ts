/** What a cartridge begins with, where there is no template. */

import type { Language } from '../protocol.js'
import type { Kind } from '../rewrite/abi.js'

const beginnings: Readonly<Record<Language, Partial<Record<Kind, string>>>> = {
  assemblyscript: {
    backend: `import { Request, Response } from 'cart/index'

export function handle(request: Request): Response {
  return Response.text('Hello from ' + request.path)
}
`,
    cognitive: `export function invoke(input: string): string {
  return input
}
`,
    frontend: `export function render(event: string): string {
  return '{"t":"p","c":["Hello"]}'
}
`,
    interactive: `import { Screen } from 'cart/screen'

const screen = new Screen(320, 240)
let x: i32 = 150

export function frame(t: f64, dt: f64): i32 {
  screen.clear(0xff201810)
  screen.fill(x, 110, 20, 20, 0xff40c0ff)
  return 1
}

export function key(code: i32, down: bool): void {
  if (down && code == 37) x -= 10
  if (down && code == 39) x += 10
}
`,
  },
  rust: {
    backend: `pub fn handle(request: Request) -> Response {
    Response::text(format!("Hello from {}", request.path))
}
`,
    cognitive: `pub fn invoke(input: &str) -> String {
    input.to_string()
}
`,
    frontend: `pub fn render(_event: &str) -> String {
    r#"{"t":"p","c":["Hello"]}"#.to_string()
}
`,
    interactive: `use std::sync::Mutex;

pub const SIZE: (i32, i32) = (320, 240);
static X: Mutex<i32> = Mutex::new(150);

pub fn frame(screen: &mut Screen, _t: f64, _dt: f64) -> i32 {
    screen.clear(rgb(0x101820));
    screen.fill(*X.lock().unwrap(), 110, 20, 20, rgb(0xffc040));
    1
}

pub fn key(code: i32, down: bool) {
    let mut x = X.lock().unwrap();
    match (code, down) {
        (37, true) => *x -= 10,
        (39, true) => *x += 10,
        _ => {}
    }
}
`,
  },
  script: {
    backend: `export function handle(request) {
  return { body: \`Hello from \${request.path}\` }
}
`,
    cognitive: `export function invoke(input) {
  return input
}
`,
    frontend: `export function render(event) {
  return { t: 'p', c: ['Hello'] }
}
`,
  },
}

/** The smallest source that builds, or an empty one where a language has no such kind. */
export function beginningOf(kind: Kind, language: Language): string {
  return beginnings[language][kind] ?? ''
}
