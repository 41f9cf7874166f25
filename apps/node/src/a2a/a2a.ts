/** The Agent2Agent protocol in a node: others ask its agent, it asks others, and anyone may buy a task if one has a price. */

import { join } from 'node:path'
import { getConnInfo } from '@hono/node-server/conninfo'
import {
  type ActivitySource,
  type Agent,
  type AgentDeps,
  agentMigrations,
  createAgent,
  type Route,
  type Tool,
} from '@salp/agent'
import {
  type A2aServing,
  a2aMigrations,
  a2aRoutes,
  createAskAgentTool,
  createAsker,
  type SaleRecords,
  type SaleWork,
  type Sell,
  type Strangers,
  serveA2a,
} from '@salp/agent/a2a'
import { createIdSource, migrate } from '@salp/core'
import { createSystemRng, type Database, openDatabase } from '@salp/core/node'
import { a2aExtension, createRateLimiter, type Paywall, paidTask } from '@salp/gateway'
import type { Hono } from 'hono'
import type { Money } from '../money/money.js'
import type { Settings } from '../settings.js'
import { openOutwardFetch } from './outward-fetch.js'
import { createTaskPayer } from './task-payer.js'

/** What the parts ask of the node. */
export interface A2aDeps
  extends Pick<
    AgentDeps,
    'db' | 'clock' | 'rng' | 'ids' | 'log' | 'redactor' | 'sha256' | 'model' | 'paused' | 'policy'
  > {
  /** The home folder. */
  readonly folder: string
  readonly money: Money | undefined
  readonly version: string
}

/** The protocol, both ways. */
export interface A2a {
  /** The way out to other agents. */
  readonly fetch: typeof globalThis.fetch
  /** `ask_agent`. */
  readonly tool: Tool
  /** For the operator's tools. */
  readonly routes: readonly Route[]
  /** What strangers are having done. */
  readonly sources: readonly ActivitySource[]
  /** Serves the agent. */
  serve(agent: Agent, app: Hono, access: Parameters<A2aServing['mount']>[1]): void
  start(): void
  close(): Promise<void>
}

/** Requests without a token that one address may make in a minute. */
const strangerPerMinute = 120

/** Longest time that a task of a stranger takes, in ms, and how long a payment for it should be good, in s. */
const taskTime = { serveMs: 180_000, maxTimeoutSeconds: 400 } as const

/** Creates both ways; nothing runs before `start()`. */
export function createA2a(
  deps: A2aDeps,
  { a2a: settings, agent: agentSettings, gateway, model }: Pick<Settings, 'a2a' | 'agent' | 'gateway' | 'model'>,
): A2a {
  const { db, clock, log, money, version } = deps
  // Who knows the id of a stranger's task may see it: it must not be guessed from others.
  const ids = createIdSource({ clock, rng: createSystemRng() })
  migrate(db, 'agent-a2a', a2aMigrations)
  const { allowHosts, peers, strangersTools, taskPrice } = settings
  const outward = openOutwardFetch({ clock }, { allowHosts, closed: agentSettings.airGap })
  const payer = money && createTaskPayer({ money })
  const asker = createAsker({ fetch: outward.fetch, clock, ids, payer })
  let serving: A2aServing | undefined
  let mind: { readonly agent: Agent; readonly db: Database } | undefined

  return {
    fetch: outward.fetch,
    tool: createAskAgentTool({ asker, payer }, { peers, allowHosts }),
    routes: a2aRoutes({ asker, serving: () => serving }),
    sources: [
      {
        list: () => serving?.strangerSource.list() ?? [],
        stop: (id) => serving?.strangerSource.stop(id),
      },
    ],
    serve(agent, app, access) {
      if (money !== undefined && taskPrice !== undefined) {
        const tools = strangersTools.flatMap((name) => {
          const tool = agent.toolbox.get(name)
          if (tool === undefined) log.warn('Strangers cannot have a tool that there is not', { tool: name })
          return tool ?? []
        })
        mind = createMind(deps, {
          settings: agentSettings,
          contextTokens: model.contextTokens,
          price: taskPrice,
          tools,
        })
        limitStrangers(app, createRateLimiter({ clock }))
      }
      serving = serveA2a(
        {
          ...{ agent, db, clock, ids, log, fetch: outward.fetch },
          strangers: mind && money && taskPrice ? strangersOf(mind.agent, money, taskPrice) : undefined,
          ...(deps.paused !== undefined && { paused: deps.paused }),
        },
        { name: agentSettings.name, version, publicUrl: gateway.publicUrl, allowHosts },
      )
      serving.mount(app, access)
    },
    start: () => serving?.start(),
    async close() {
      outward.close()
      await serving?.close()
      await mind?.agent.close()
      mind?.db.close()
    },
  }
}

/** A mind that knows nothing of the owner: its database is another file, its tools are those that strangers may have. */
function createMind(
  { clock, rng, ids, log, redactor, sha256, model, folder, paused, policy }: A2aDeps,
  options: {
    readonly settings: Settings['agent']
    readonly contextTokens: number
    readonly price: string
    readonly tools: readonly Tool[]
  },
): { agent: Agent; db: Database } {
  const { settings, contextTokens, price, tools } = options
  const db = openDatabase(join(folder, 'strangers.db'))
  migrate(db, 'agent', agentMigrations)
  const agent = createAgent(
    {
      ...{ db, clock, rng: rng.fork('strangers'), ids, log: log.child('strangers'), redactor, sha256, model },
      memory: { recall: async () => ({ hits: [] }) },
      tools: () => tools,
      ...(paused !== undefined && { paused }),
      ...(policy !== undefined && { policy }),
    },
    {
      ...{
        name: settings.name,
        user: 'stranger',
        policy: settings.policy,
        taint: settings.taint,
        airGap: settings.airGap ? { commandsHeld: false } : undefined,
        contextTokens,
        workspace: '.',
      },
      instructions: 'Who asks is a stranger that paid for one answer. You know nothing of the person you work for.',
      limits: {
        ...{ ...settings.limits, maxSteps: 8, maxCalls: 16, maxReplyLength: 50_000 },
        // Work that costs more than it brings is stopped, and then costs the stranger nothing.
        ...{ maxCostUsd: Number(price.replace('$', '')), maxTokens: 200_000, maxWorkMs: taskTime.serveMs - 10_000 },
      },
    },
  )
  return { agent, db }
}

/** What strangers may buy. */
function strangersOf(agent: Agent, money: Money, price: string): Strangers {
  let paywall: Paywall | undefined
  return {
    ...{ agent, price, extension: a2aExtension },
    sale(records, work) {
      const open = money.open()
      if (open === undefined) return undefined
      paywall ??= open.shop.gateway.route({ route: 'a2a', price, description: 'A task of an agent', ...taskTime })
      return sellBy(paywall, records, work)
    },
  }
}

function sellBy(paywall: Paywall, records: SaleRecords, work: SaleWork): Sell {
  const tasks = {
    get(taskId: string) {
      const record = records.get(taskId)
      return record === undefined ? undefined : JSON.parse(record)
    },
    set: (taskId: string, record: unknown) => records.set(taskId, JSON.stringify(record)),
  }
  const answer = paidTask({ paywall, tasks }, work)
  return async (message, options) => {
    const { state, metadata } = await answer(message, options)
    return { state, metadata, again: metadata['x402.payment.error'] === 'TRY_AGAIN' }
  }
}

function limitStrangers(app: Hono, limiter: ReturnType<typeof createRateLimiter>): void {
  app.use('/a2a', async (context, next) => {
    const { remote } = getConnInfo(context)
    const decision =
      context.req.header('authorization') === undefined
        ? limiter.take(remote.address ?? '', strangerPerMinute)
        : ({ status: 'granted' } as const)
    if (decision.status === 'granted') return next()
    return context.json({ status: 429, detail: 'Too many requests' }, 429, {
      'retry-after': String(decision.retryAfterSeconds),
    })
  })
}
