/** Writes the generated folders anew: `pnpm compile` in this package. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { generate, generatedFolders } from './compile.js'

const sources = new URL('../../', import.meta.url)
const files = generate()
for (const folder of generatedFolders) {
  rmSync(new URL(folder, sources), { recursive: true, force: true })
  mkdirSync(new URL(folder, sources))
}
for (const [path, text] of files) writeFileSync(new URL(path, sources), text)
console.log([...files.keys()].join('\n'))
