/** What is left of the settings of a node that is kept off the network. */

import { SalpError } from '@salp/core'
import type { Settings } from './settings.js'

/**
 * Takes out of the settings whatever leads out, where `agent.airGap` says so: servers of tools, other agents, money, machines that
 * cartridges may ask, and the network of the sandbox. What is refused call by call is for governance.
 *
 * @throws SalpError (`node/air-gap`) if the model that was named is not on this machine.
 */
export function keptOffline(settings: Settings): Settings {
  if (!settings.agent.airGap) return settings
  const { url } = settings.model
  if (url !== undefined && !isLoopback(new URL(url).hostname)) {
    const why = `Cannot start: agent.airGap keeps everything on this machine, and model.url is ${new URL(url).origin}`
    throw new SalpError('node/air-gap', `${why}. Name a model of this machine, or none`)
  }
  return {
    ...settings,
    agent: { ...settings.agent, sandboxNetwork: false },
    wallet: { ...settings.wallet, chain: 'off' },
    cartridges: { ...settings.cartridges, httpHosts: [] },
    mcp: { servers: {}, prices: {} },
    a2a: { ...settings.a2a, taskPrice: undefined, peers: {} },
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
