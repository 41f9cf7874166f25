/** A program that compiles and runs a cartridge, and closes nothing. */

import { createRng } from '@salp/core'
import { systemClock } from '@salp/core/node'
import { memoryKvStore } from '../../kv/kv-store.js'
import { openAssemblyScript } from '../../node/asc-process.js'
import { createFetcher } from '../../node/fetcher.js'
import { openThreadHost } from '../../node/thread-host.js'

const ignore = (): void => undefined
const source =
  "import { Request, Response } from 'cart/index'\nexport function handle(request: Request): Response { return Response.text('hi') }"
const result = await openAssemblyScript({ clock: systemClock }).compile(source, { kind: 'backend', optimize: 0 })
if (result.status === 'failed') throw new Error(JSON.stringify(result.diagnostics))
const events = { publish: ignore }
const http = createFetcher({ clock: systemClock }, { hosts: [] })
const rng = createRng('leave')
const host = openThreadHost({ clock: systemClock, rng, kv: memoryKvStore(), events, log: ignore, http })
await host.load({ id: 'a', kind: 'backend', wasm: result.wasm })
const request = { method: 'GET', path: '/', query: '', headers: [], body: new Uint8Array() }
const { output } = await host.call('a', 'request', { request })
console.log(new TextDecoder().decode(output.body))
