/** Writes a GGUF model that says one sentence: `pnpm --filter @salp/models tiny-gguf tiny.gguf "Hello there."` */

import { writeFileSync } from 'node:fs'
import { tinyGguf } from './tiny-gguf.js'

const [, , path, sentence = 'Hello there.'] = process.argv
if (path === undefined) throw new TypeError('Cannot write a model: say where, and what it is to say')
writeFileSync(path, tinyGguf([...new Set(sentence.match(/\s*\S+/g) ?? [])]))
