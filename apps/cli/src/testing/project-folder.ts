/** A folder with a cartridge, for one test. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProjectManifest } from '../cartridge/project.js'

/** A folder that goes away when disposed. */
export interface ProjectFolder extends Disposable {
  readonly path: string
  /** Path of a file in it. */
  file(name: string): string
  write(name: string, text: string): void
}

/** Sources that tests build. */
export const sources = {
  /** Counts its calls; the path `/boom` ends it. */
  backend: `import { kv, log, Request, Response } from 'cart/index'

export function handle(request: Request): Response {
  if (request.path == '/boom') unreachable()
  const before = kv.get('visits')
  const visits = before === null ? 1 : i32.parse(before) + 1
  kv.set('visits', visits.toString())
  log('visit ' + visits.toString())
  return Response.text(request.method + ' ' + request.path + ' ' + request.parameter('x') + ' ' + request.text() + ' ' + visits.toString())
}
`,
  cognitive: `export function invoke(input: string): string { return input.length > 8 ? '"long"' : '"short"' }\n`,
  frontend: `export function render(event: string): string {
  return '{"t":"div","c":[{"t":"button","on":{"click":"add"},"c":["' + (event.includes('click') ? 'Clicked' : 'Add') + '"]},{"t":"hr"}]}'
}
`,
  /** A square that each arrow key moves by four pixels. */
  interactive: `import { Screen } from 'cart/screen'
const screen = new Screen(16, 8)
let x = 0
export function frame(t: f64, dt: f64): i32 {
  screen.clear(0xff000000)
  screen.fill(x, 0, 4, 4, 0xff0000ff)
  return x == 12 ? 3 : 1
}
export function key(code: i32, down: bool): void { if (down && code == 39) x += 4 }
`,
}

/** Makes a folder; without a manifest one of an empty place. */
export function projectFolder(manifest?: ProjectManifest, source = ''): ProjectFolder {
  const path = mkdtempSync(join(tmpdir(), 'salp cartridge '))
  const file = (name: string): string => join(path, name)
  const write = (name: string, text: string): void => writeFileSync(file(name), text)
  if (manifest !== undefined) {
    write('cartridge.json', JSON.stringify(manifest))
    write('main.ts', source)
  }
  return { path, file, write, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
