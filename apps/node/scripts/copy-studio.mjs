/** Puts the built Studio beside the built node, which serves it. */

import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const from = new URL('dist', import.meta.resolve('@salp/web/package.json'))
cpSync(fileURLToPath(from), fileURLToPath(new URL('../dist/studio', import.meta.url)), { recursive: true })
