/** The worker that a cartridge runs in, beside the page. */

import { serveCartridge } from '@salp/cartridge/browser'
import { createRng } from '@salp/core'

serveCartridge({
  scope: self,
  clock: { now: Date.now, monotonic: () => performance.now() },
  rng: createRng(crypto.randomUUID()),
})
