/** Writes `src/generated` anew: `pnpm compile` in this package. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { generate } from './compile.js'

const generated = new URL('../../generated/', import.meta.url)
const files = generate()
rmSync(generated, { recursive: true, force: true })
mkdirSync(generated)
for (const [name, text] of files) writeFileSync(new URL(name, generated), text)
console.log([...files.keys()].join('\n'))
