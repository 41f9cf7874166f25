/** Tools by which the agent keeps, finds and drops what it knows. */

import { z } from 'zod'
import { sourceOfMemory } from '../governance/heard.js'
import { speakerOf } from '../governance/source.js'
import { memoryHitSchema, type RecalledMemory, type Source } from '../protocol.js'
import { createTool, type JsonValue, type Tool, ToolError } from '../tool.js'
import { forgiving, plainJson } from './input.js'

/** What the memory tools ask of a memory; `@salp/memory` satisfies it. */
export interface MemoryPort {
  remember(input: {
    content: string
    kind?: RecalledMemory['kind'] | undefined
    tags?: string[] | undefined
    source: {
      author: 'user' | 'agent'
      channel?: string | undefined
      sessionId?: string | undefined
      turnId?: string | undefined
    }
    verification: 'stated' | 'inferred'
  }): Promise<{
    readonly record: { readonly id: string; readonly content: string }
    readonly status: 'added' | 'known'
  }>
  recall(
    query: string,
    options: { limit: number; signal?: AbortSignal | undefined },
  ): Promise<{ readonly hits: readonly RecalledMemory[] }>
  get(id: string): Promise<{ readonly id: string; readonly content: string } | undefined>
  /** @returns How many are gone. */
  forget(id: string): Promise<number>
}

/** Most records that one `forget` by query may take. */
const forgetLimit = 10

/** Whether `content` stands in `text` word for word: then the person said it, whoever wrote it down. */
function isQuote(content: string, text: string): boolean {
  const words = (of: string): string =>
    ` ${
      of
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu)
        ?.join(' ') ?? ''
    } `
  return words(content).trim() !== '' && words(text).includes(words(content))
}

/** Whose words an answer of `recall` holds: those of the least believed record. */
function sourceOfHits(output: JsonValue): Source | undefined {
  const answer = z.object({ hits: z.array(memoryHitSchema) }).safeParse(output)
  const sources = (answer.data?.hits ?? []).flatMap((hit) => sourceOfMemory(hit) ?? [])
  return sources.find(({ trust }) => trust === 'foreign') ?? sources[0]
}

/** Creates `remember`, `recall` and `forget`. What the person said word for word is kept as theirs, the rest as inferred. */
export function createMemoryTools({ memory }: { memory: MemoryPort }): readonly Tool[] {
  const remember = createTool({
    name: 'remember',
    description:
      'Keeps a fact, preference, event or procedure for later conversations. One self-contained sentence; no passwords or keys.',
    input: forgiving(
      z.object({
        content: z.string().trim().min(1).max(20_000),
        kind: memoryHitSchema.shape.kind.optional(),
        tags: z.array(z.string().min(1).max(200)).max(32).optional(),
      }),
      { aliases: { content: ['text', 'fact', 'memory', 'value'], kind: ['type'] }, text: 'content' },
    ),
    effect: 'self',
    timeoutMs: 30_000,
    async run(input, { channel, sessionId, turnId, request }) {
      const stated = speakerOf(channel) === undefined && isQuote(input.content, request)
      const { record, status } = await memory.remember({
        ...input,
        source: { author: stated ? 'user' : 'agent', channel, sessionId, turnId },
        verification: stated ? 'stated' : 'inferred',
      })
      return { id: record.id, content: record.content, status }
    },
    async verify(_, output) {
      const { id } = z.object({ id: z.string() }).parse(output)
      const passed = (await memory.get(id)) !== undefined
      return { passed, detail: passed ? 'it can be read back' : 'it cannot be read back' }
    },
  })

  const recall = createTool({
    name: 'recall',
    description: 'Finds what was remembered in this and earlier conversations. Use a few telling words.',
    input: forgiving(
      z.object({
        query: z.string().trim().min(1).max(2_000),
        limit: z.coerce.number().int().min(1).max(50).default(5),
      }),
      {
        aliases: { query: ['text', 'question', 'content', 'q'] },
        text: 'query',
      },
    ),
    effect: 'read',
    timeoutMs: 30_000,
    source: (_, output) => sourceOfHits(output),
    async run({ query, limit }, { signal }) {
      const { hits } = await memory.recall(query, { limit, signal })
      return { hits: hits.map((hit) => plainJson(memoryHitSchema.parse(hit))) }
    },
  })

  const forget = createTool({
    name: 'forget',
    description: 'Deletes memories for good: one by its id, or those that match a query.',
    input: forgiving(
      z
        .object({ id: z.string().min(1).max(200).optional(), query: z.string().trim().min(1).max(2_000).optional() })
        .refine(({ id, query }) => (id === undefined) !== (query === undefined), 'give either "id" or "query"'),
      { aliases: { query: ['text', 'content'] }, text: 'query' },
    ),
    effect: 'self',
    timeoutMs: 30_000,
    async assess({ query }) {
      if (query === undefined) return { risk: { level: 'low', reasons: ['deletes one memory'] } }
      const { hits } = await memory.recall(query, { limit: forgetLimit })
      if (hits.length < 2) return { risk: { level: 'low', reasons: [`deletes ${hits.length} memories`] } }
      const listed = hits.map(({ content }) => `deletes "${content.slice(0, 120).toWellFormed()}"`)
      return { risk: { level: 'medium', reasons: listed }, ask: true }
    },
    async run({ id, query }, { signal }) {
      const found =
        id === undefined
          ? (await memory.recall(query ?? '', { limit: forgetLimit, signal })).hits
          : [await memory.get(id)]
      const forgotten: { id: string; content: string }[] = []
      for (const record of found) {
        signal.throwIfAborted()
        if (record !== undefined && (await memory.forget(record.id)) > 0)
          forgotten.push({ id: record.id, content: record.content })
      }
      if (forgotten.length === 0) {
        throw new ToolError(
          id === undefined
            ? `Cannot forget "${query}": nothing matches`
            : `Cannot forget "${id}": there is no such memory`,
          {
            kind: 'invalid',
            hint: 'Use recall to see what there is',
          },
        )
      }
      return { forgotten }
    },
    async verify(_, output) {
      const { forgotten } = z.object({ forgotten: z.array(z.object({ id: z.string() })) }).parse(output)
      const left = (await Promise.all(forgotten.map(({ id }) => memory.get(id)))).filter(
        (record) => record !== undefined,
      ).length
      return { passed: left === 0, detail: left === 0 ? 'it cannot be read any more' : `${left} can still be read` }
    },
  })

  return [remember, recall, forget]
}
