/** The pages that stand in place of a conversation, in their order. */

import { benchmarkHash } from '../benchmark/route.js'
import { cartridgesHash } from '../cartridges/route.js'
import type { IconName } from '../design/icon.js'
import { endpointsHash } from '../endpoints/route.js'
import { memoryHash } from '../memory/page/route.js'
import { mindHash } from '../mind/page/route.js'
import { netsHash } from '../nets/route.js'
import { nowHash } from '../now/route.js'
import { settingsHash } from '../settings/route.js'
import { synthesisHash } from '../synthesis/route.js'
import { walletHash } from '../wallet/route.js'

/** Every page: its name, its address and its icon. */
export const pages = [
  { name: 'Now', hash: nowHash, icon: 'now' },
  { name: 'Memory', hash: memoryHash({ view: 'records' }), icon: 'memory' },
  { name: 'Mind', hash: mindHash(), icon: 'mind' },
  { name: 'Cartridges', hash: cartridgesHash(), icon: 'cartridge' },
  { name: 'Nets', hash: netsHash, icon: 'graph' },
  { name: 'Synthesis', hash: synthesisHash, icon: 'search' },
  { name: 'Benchmark', hash: benchmarkHash(), icon: 'bars' },
  { name: 'Wallet', hash: walletHash, icon: 'wallet' },
  { name: 'Endpoints', hash: endpointsHash, icon: 'shop' },
  { name: 'Settings', hash: settingsHash, icon: 'settings' },
] as const satisfies readonly { name: string; hash: string; icon: IconName }[]

/** Name of a page. */
export type PageName = (typeof pages)[number]['name']
