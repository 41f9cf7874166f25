/** The worker that a cartridge runs in, beside the page. */

import { serveCartridge } from '@salp/cartridge/browser'
import { createScriptEngine } from '@salp/cartridge/host'
import { createRng } from '@salp/core'
import engineUrl from 'quickjs-wasi/quickjs.wasm?url'

serveCartridge({
  scope: self,
  clock: { now: Date.now, monotonic: () => performance.now() },
  rng: createRng(crypto.randomUUID()),
  async scriptEngine() {
    const response = await fetch(engineUrl)
    if (!response.ok) throw new Error(`The engine of scripts cannot be loaded (${response.status})`)
    return createScriptEngine(new Uint8Array(await response.arrayBuffer()))
  },
})
