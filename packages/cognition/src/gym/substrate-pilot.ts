/** The substrate at the helm of a simulated agent: the code that is shipped, on a simulated clock. */

import { createRng } from '@salp/core'
import type { SubstrateModules } from '../mind.js'
import { unperceived } from '../perception.js'
import type { Tier } from '../precision.js'
import { createSubstrate } from '../substrate.js'
import type { PilotFactory, SeenOutcome } from './pilot.js'
import { baseTimeoutMs } from './stream.js'
import { prices, slotsPerTask } from './world.js'

const tiers: readonly Tier[] = ['fast', 'standard', 'capable']
const sessionId = 'gym'

/** How the substrate is set up. */
export interface SubstratePilotOptions {
  /** Modules switched off or on. @defaultValue as shipped */
  readonly modules?: { readonly [Name in keyof SubstrateModules]?: boolean | undefined } | undefined
  readonly algorithm?: 'thompson' | 'linucb' | undefined
}

/** Steers by the substrate. All it is told is what an agent would know: what is asked, what things cost, what calls came to. */
export function substratePilot(options: SubstratePilotOptions = {}): PilotFactory {
  return (world) => {
    let now = 1_000_000
    let calls = 0
    const substrate = createSubstrate(
      {
        clock: { now: () => now, monotonic: () => now },
        rng: createRng(`pilot ${world.seed}`),
        events: { publish: () => undefined },
      },
      {
        ...options,
        prices: {
          worth: prices.worth,
          steps: { fast: prices.steps[0], standard: prices.steps[1], capable: prices.steps[2] },
          call: 1,
          check: prices.verify,
          ask: prices.ask,
          memory: prices.memory,
          second: prices.second,
        },
      },
    )
    const name = (tool: number): string => world.tools[tool]?.name ?? ''
    const situation = (kind: number): string => world.kinds[kind] ?? ''
    let turnId = ''
    let depth = 0
    return {
      beginTask({ task, seemsAmbiguous, seemsHard }) {
        // Ten minutes between tasks.
        now += 600_000
        turnId = `task-${task}`
        substrate.beginTurn({
          turnId,
          sessionId,
          perception: {
            ...unperceived,
            text: turnId,
            intent: seemsHard ? 'planning' : 'action',
            ambiguity: seemsAmbiguous,
          },
          toolBudget: slotsPerTask,
        })
      },
      plan({ asked }) {
        const { tier, contextFraction, retrievalLimit, askHuman, stop } = substrate.controls()
        depth = retrievalLimit
        const ask = askHuman && !asked
        if (ask) substrate.spend({ asked: true })
        return {
          tier: tiers.indexOf(tier),
          context: contextFraction,
          depth,
          ask,
          stop: stop !== undefined && !ask,
        }
      },
      choose(kind, proposal) {
        const options = proposal.map((tool) => ({ tool: name(tool), price: world.tools[tool]?.cost }))
        const best = substrate.rank(options, { situation: situation(kind) })[0]?.tool
        return proposal.find((tool) => name(tool) === best) ?? proposal[0] ?? 0
      },
      timeoutMs: (tool) => substrate.timeoutMs(name(tool), baseTimeoutMs),
      checks: (tool) => substrate.isWorthChecking({ tool: name(tool) }),
      forecast: (tool, kind) => substrate.forecast(name(tool), { situation: situation(kind) }),
      observe({ tool, kind, tier, outcome, latencyMs, checked, usedRank, proposal }) {
        now += 1_000 + latencyMs
        substrate.observe({
          callId: `call-${++calls}`,
          tool: name(tool),
          ...reportOf(outcome),
          latencyMs,
          situation: situation(kind),
          tier: tiers[tier],
          checked: checked && outcome === 'ok',
          alternatives: proposal.map(name),
          recalled: { depth, usedRank },
        })
      },
      endTask({ completed, right }) {
        substrate.endTurn({ status: completed ? 'completed' : 'stopped', right })
      },
    }
  }
}

function reportOf(outcome: SeenOutcome): { outcome: 'ok' | 'error' | 'timeout' | 'invalid'; errorKind?: string } {
  switch (outcome) {
    case 'ok':
    case 'timeout':
    case 'invalid':
    case 'error':
      return { outcome }
    case 'unavailable':
      return { outcome: 'error', errorKind: outcome }
    case 'lied':
      return { outcome: 'error', errorKind: 'unverified' }
  }
}
