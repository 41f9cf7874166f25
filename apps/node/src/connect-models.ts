/** Finds what can answer: a configured endpoint or file, local servers, keys in the environment; rules when there is nothing. */

import type { LanguageModelV4, LanguageModelV4Middleware } from '@ai-sdk/provider'
import { type AgentStatus, withoutImages } from '@salp/agent'
import type { Clock, Logger, Rng, SqlDatabase } from '@salp/core'
import {
  type Cascade,
  compactTables,
  createCascade,
  detectSlots,
  joinTexts,
  markCached,
  reflexModel,
  repairToolCalls,
  type Slot,
  slotFromEndpoint,
  sqliteUsageStore,
  stripReasoning,
} from '@salp/models'
import { type GgufModel, openGgufModel, slotFromGguf } from '@salp/models/node'
import { wrapLanguageModel } from 'ai'
import type { Settings } from './settings.js'
import { blind, seesImages } from './sight.js'

/** The model of the agent: whatever answers now. */
export interface ConnectedModels {
  readonly model: LanguageModelV4
  /** Looks for models now, so that the first turn need not. Never rejects: a turn will tell what is wrong. */
  warmUp(): Promise<void>
  status(): Pick<AgentStatus, 'model' | 'usage'>
  /** Ends what a model in this process does, and frees its memory. */
  close(): Promise<void>
}

/** What finding models needs. */
export interface ConnectDeps {
  readonly db: SqlDatabase
  readonly clock: Clock
  readonly rng: Rng
  readonly log: Logger
  readonly fetch: typeof globalThis.fetch
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** What answers, and how it stands. */
interface Connection {
  readonly model: LanguageModelV4
  /** Absent when rules answer. */
  readonly cascade?: Cascade | undefined
  readonly madeAt: number
}

/** How long rules answer before a model is looked for again, in ms. */
const lookAgainMs = 10_000

/** Shorter and cached prompts; text repair and reasoning, for models that write either as plain text. */
const middleware: LanguageModelV4Middleware[] = [
  compactTables(),
  joinTexts(),
  markCached(),
  repairToolCalls(),
  stripReasoning(),
]

/**
 * Connects models when they are first needed.
 *
 * What was configured, an endpoint, a file or the one before the other, stands alone: while it does not answer, turns fail
 * and say so. Without either, rules answer until a model is found, which is looked for again before a turn.
 */
export function connectModels(deps: ConnectDeps, settings: Settings['model']): ConnectedModels {
  const { clock, log, db, rng, fetch, environment } = deps
  const usage = sqliteUsageStore(db)
  const reflex = reflexModel()
  let connection: Connection | undefined
  let connecting: Promise<Connection> | undefined
  let gguf: GgufModel | undefined
  const closing = new AbortController()

  const connect = async (): Promise<Connection> => {
    const found = await findSlots()
    const madeAt = clock.monotonic()
    // Its rules go by what the person said alone, which stands apart from what is told beside it.
    if (found.length === 0) return { model: wrapLanguageModel({ model: reflex, middleware: withoutImages() }), madeAt }
    const slots = found.map((slot) => ({ ...slot, model: sees(slot.model) ? slot.model : blind(slot.model) }))
    log.info('Models connected', { slots: slots.map(({ name }) => name) })
    const cascade = createCascade({ clock, rng, usage, log: log.child('cascade') }, { slots })
    return { model: wrapLanguageModel({ model: cascade, middleware }), cascade, madeAt }
  }
  const sees = (model: LanguageModelV4): boolean => model !== gguf && seesImages(model, settings)
  const findSlots = async (): Promise<Slot[]> => {
    const { url, name, key, detect, gguf: path, gpuLayers, contextTokens } = settings
    const slots: Slot[] = []
    if (url !== undefined) slots.push(await slotFromEndpoint({ fetch }, { url, model: name, key }))
    if (path !== undefined) {
      gguf ??= await openGgufModel({ log }, { path, gpuLayers, contextTokens }, { signal: closing.signal })
      slots.push(slotFromGguf(gguf))
    }
    return slots.length === 0 && detect ? detectSlots({ fetch }, environment) : slots
  }
  const current = async (): Promise<Connection> => {
    if (connection?.cascade !== undefined) return connection
    if (connection !== undefined && clock.monotonic() - connection.madeAt < lookAgainMs) return connection
    connecting ??= connect().finally(() => {
      connecting = undefined
    })
    connection = await connecting
    return connection
  }

  return {
    model: {
      specificationVersion: 'v4',
      provider: 'salp',
      modelId: 'connected',
      supportedUrls: {},
      doGenerate: async (options) => (await current()).model.doGenerate(options),
      doStream: async (options) => (await current()).model.doStream(options),
    },
    async warmUp() {
      try {
        await current()
      } catch (error) {
        log.warn('No model could be connected', { error })
      }
    },
    status() {
      const slots = connection?.cascade?.status() ?? []
      const next = slots.find(({ state }) => state === 'ready') ?? slots[0]
      const reflexAnswers = connection !== undefined && connection.cascade === undefined
      return {
        model: {
          name: next?.modelId ?? (reflexAnswers ? reflex.modelId : (settings.name ?? settings.gguf ?? 'not connected')),
          provider: next?.name ?? (reflexAnswers ? 'rules' : (settings.url ?? 'none')),
          reflex: reflexAnswers,
          slots: slots.map((slot) => JSON.parse(JSON.stringify(slot))),
        },
        usage: {
          inputTokens: slots.reduce((sum, { total }) => sum + total.inputTokens, 0),
          outputTokens: slots.reduce((sum, { total }) => sum + total.outputTokens, 0),
          costUsd: slots.reduce((sum, { total }) => sum + total.costUsd, 0),
        },
      }
    },
    async close() {
      closing.abort(new Error('The node is closing'))
      await connecting?.catch(() => undefined)
      await gguf?.close()
    },
  }
}
