/** What the agent remembers, for its person to read, change and forget. */

import type { Memory, MemoryRecord } from '@salp/memory'
import { z } from 'zod'
import { memoryHitSchema } from '../../protocol.js'
import {
  aboutSchema,
  browseQuerySchema,
  type CurationView,
  curationSchema,
  foundRecordSchema,
  memoryChangeSchema,
  memoryRecordSchema,
  nameGraphSchema,
} from '../../protocol-memory.js'
import type { ApiDeps } from '../deps.js'
import { RequestError } from '../problem.js'
import { defineRoute, type Route } from '../route.js'

/** Whoever has the token owns the agent, and so reads everything in it. */
const owner = { clearance: 'restricted' } as const

/** Best records of a question that filters choose from. */
const mostHits = 200

/** Records whose text comes with a curation. */
const shownRecords = 300

const dayMs = 86_400_000
const channel = z.string().min(1).max(50).default('studio')

/** Routes under `/api/memory`. */
export function memoryRoutes({ memory }: Pick<ApiDeps, 'memory'>): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/memory',
      summary: `Recalls memories for a query (filters choose from the ${mostHits} best), or gives them by time, the newest first; \`next\` is the \`after\` of the next page`,
      query: browseQuerySchema.extend({
        query: z.string().max(2_000).optional(),
        before: z.coerce.number().optional(),
        after: z.string().max(40).optional(),
        limit: z.coerce.number().int().min(1).max(mostHits).default(50),
      }),
      response: z.object({ hits: z.array(foundRecordSchema), next: z.string().optional() }),
      async answer({ query: { query = '', limit, ...filter } }) {
        if (query.trim() !== '') return { hits: (await search(memory, query, filter)).slice(0, limit) }
        const { records, next } = await memory.browse({ ...filter, ...owner, limit })
        return { hits: records.map((record) => ({ ...record, score: 0 })), next }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/memory',
      summary: 'Remembers something that a person states',
      body: z.object({
        content: z.string().min(1).max(20_000),
        kind: memoryHitSchema.shape.kind.optional(),
        channel,
        tags: z.array(z.string()).optional(),
      }),
      response: z.object({ id: z.string(), status: z.enum(['added', 'known']) }),
      async answer({ body: { channel, ...body } }) {
        const { record, status } = await memory.remember({
          ...body,
          source: { author: 'user', channel },
          verification: 'stated',
        })
        return { id: record.id, status }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/memory/timeline',
      summary:
        'Counts memories by day, the oldest first; a day is counted from 1 January 1970 in the zone of `offsetMs`',
      query: browseQuerySchema.extend({ offsetMs: z.coerce.number().min(-dayMs).max(dayMs).default(0) }),
      response: z.object({ days: z.array(z.object({ day: z.number(), records: z.number() })) }),
      answer: async ({ query }) => ({ days: await memory.days({ ...query, ...owner }) }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/memory/graph',
      summary: 'Gives the most mentioned names and the strongest of what joins them, by topic',
      query: z.object({
        limit: z.coerce.number().int().min(1).max(5_000).default(5_000),
        edges: z.coerce.number().int().min(0).max(50_000).default(15_000),
      }),
      response: nameGraphSchema,
      async answer({ query: { limit, edges } }) {
        const graph = await memory.graph({ ...owner, limit })
        const strongest = graph.edges.toSorted((a, b) => b.records - a.records).slice(0, edges)
        return { ...graph, edges: strongest, totalEdges: graph.edges.length }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/memory/about',
      summary: 'Puts together what is told of a name',
      query: z.object({ name: z.string().min(1).max(200) }),
      response: aboutSchema,
      answer: async ({ query: { name } }) => (await memory.about(name, owner)) ?? unknown(`No memory names "${name}"`),
    }),
    defineRoute({
      method: 'post',
      path: '/api/memory/curate',
      summary: 'Sweeps what expired, merges what says the same, condenses old events, and shows conflicts',
      body: z.object({
        /** Only tells what would be done. */
        dryRun: z.boolean().default(true),
        /** Most memories to keep. */
        keep: z.number().int().min(0).optional(),
        /** Age from which the events of one thread are condensed. */
        condenseAfterDays: z.number().min(0).optional(),
      }),
      response: curationSchema,
      async answer({ body: { condenseAfterDays, ...options } }): Promise<CurationView> {
        const condenseAfterMs = condenseAfterDays === undefined ? undefined : condenseAfterDays * dayMs
        const curation = await memory.curate({ ...options, condenseAfterMs })
        const { merged, forgotten, condensed, conflicts } = curation
        const ids = [
          ...conflicts.flatMap((conflict) => conflict.ids),
          ...merged.flatMap(({ kept, closed }) => [kept, closed]),
          ...condensed.flatMap(({ summary, of }) => [...(summary === undefined ? [] : [summary]), ...of]),
          ...forgotten,
        ]
        const shown = [...new Set(ids)].slice(0, shownRecords)
        const records = await Promise.all(shown.map((id) => memory.get(id, owner)))
        return curationSchema.parse({
          ...curation,
          records: Object.fromEntries(records.flatMap((record) => (record === undefined ? [] : [[record.id, record]]))),
        })
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/memory/{id}',
      summary: 'Gives a memory, replaced or not',
      response: memoryRecordSchema,
      answer: ({ params: { id = '' } }) => read(memory, id),
    }),
    defineRoute({
      method: 'get',
      path: '/api/memory/{id}/history',
      summary: 'Gives every version of a memory, the one that holds first, then those before it',
      response: z.object({ hits: z.array(foundRecordSchema) }),
      async answer({ params: { id = '' } }) {
        const newest = await newestOf(memory, await read(memory, id))
        const versions = [newest, ...(await memory.history(newest.id, owner))]
        return { hits: versions.map((record) => ({ ...record, score: 0 })) }
      },
    }),
    defineRoute({
      method: 'patch',
      path: '/api/memory/{id}',
      summary: 'Changes a memory: other words or times make a new version, the rest changes in place',
      body: memoryChangeSchema.extend({ channel }),
      response: memoryRecordSchema,
      answer: async ({ params: { id = '' }, body: { channel, ...change } }) =>
        (await memory.revise(id, { ...change, source: { author: 'user', channel } })) ??
        unknown(`There is no memory "${id}" that holds`),
    }),
    defineRoute({
      method: 'post',
      path: '/api/memory/{id}/reopen',
      summary: 'Lets a replaced memory hold again, beside what took its place',
      response: memoryRecordSchema,
      async answer({ params: { id = '' } }) {
        if (!(await memory.reopen(id))) unknown(`There is no replaced memory "${id}"`)
        return read(memory, id)
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/memory/{id}/supersede',
      summary: 'Lets another memory take the place of this one',
      body: z.object({ by: z.string().min(1).max(200) }),
      response: memoryRecordSchema,
      async answer({ params: { id = '' }, body: { by } }) {
        await memory.supersede(id, by)
        return read(memory, id)
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/memory/{id}',
      summary: 'Forgets a memory for good; with `versions`, those whose place it took too',
      query: z.object({ versions: z.enum(['true', 'false']).default('false') }),
      async answer({ params: { id = '' }, query: { versions } }) {
        const before = versions === 'true' ? await memory.history(id, owner) : []
        if ((await memory.forget({ ids: [id, ...before.map((record) => record.id)] })) === 0)
          unknown(`There is no memory "${id}"`)
      },
    }),
  ]
}

async function search(
  memory: Memory,
  query: string,
  { kind, verification, author, tag, state, asOf }: z.output<typeof browseQuerySchema>,
): Promise<z.infer<typeof foundRecordSchema>[]> {
  if (state === 'closed')
    throw new RequestError(400, 'agent/request-invalid', 'query.state: a question is answered from what holds')
  const { hits } = await memory.recall(query, { ...owner, limit: mostHits, asOf })
  const found: z.infer<typeof foundRecordSchema>[] = []
  for (const { id, score, explanation } of hits) {
    const record = await memory.get(id, owner)
    const fits =
      record !== undefined &&
      (kind ?? record.kind) === record.kind &&
      (verification ?? record.verification) === record.verification &&
      (author ?? record.source.author) === record.source.author &&
      (tag === undefined || record.tags.includes(tag))
    if (fits) found.push(foundRecordSchema.parse({ ...record, score, explanation }))
  }
  return found
}

async function read(memory: Memory, id: string): Promise<MemoryRecord> {
  return (await memory.get(id, owner)) ?? unknown(`There is no memory "${id}"`)
}

/** Follows what took a record's place, and the place of that. */
async function newestOf(memory: Memory, record: MemoryRecord): Promise<MemoryRecord> {
  const heir = record.supersededBy === undefined ? undefined : await memory.get(record.supersededBy, owner)
  return heir === undefined ? record : newestOf(memory, heir)
}

function unknown(detail: string): never {
  throw new RequestError(404, 'agent/memory-unknown', detail)
}
