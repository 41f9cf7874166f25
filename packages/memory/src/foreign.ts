/** Memories of other systems, as they export them, as records of ours. */

import { z } from 'zod'
import { type MemoryInput, MemoryInputError, maxContentBytes } from './record.js'

const stamp = z.union([z.string(), z.number()]).nullish()

/** Mem0: `{ results: [{ memory, user_id, created_at, metadata }] }`, or the list alone. */
const mem0Schema = z.object({
  memory: z.string(),
  user_id: z.string().nullish(),
  agent_id: z.string().nullish(),
  run_id: z.string().nullish(),
  created_at: stamp,
  categories: z.array(z.string()).nullish(),
})

/** LangGraph's store: `{ namespace: [...], key, value, created_at }`, as its `Item` is written. */
const langGraphSchema = z.object({
  namespace: z.array(z.string()),
  key: z.string(),
  value: z.record(z.string(), z.unknown()),
  created_at: stamp,
})

/** Letta's archival passages: `{ text, created_at, tags }`. */
const passageSchema = z.object({ text: z.string(), created_at: stamp, tags: z.array(z.string()).nullish() })

/** Letta's memory blocks: `{ label, value }`. */
const blockSchema = z.object({ label: z.string(), value: z.string() })

/** The memory server of the Model Context Protocol: `{ type: 'entity', name, entityType, observations }`. */
const entitySchema = z.object({
  type: z.literal('entity'),
  name: z.string(),
  entityType: z.string(),
  observations: z.array(z.string()),
})

/** Its other lines: `{ type: 'relation', from, to, relationType }`. */
const relationSchema = z.object({
  type: z.literal('relation'),
  from: z.string(),
  to: z.string(),
  relationType: z.string(),
})

/** Keys under which the known systems keep their lists. */
const lists = [
  'results',
  'memories',
  'items',
  'passages',
  'archival_memory',
  'blocks',
  'core_memory',
  'agents',
  'entities',
  'relations',
]

/**
 * Reads an export of Mem0, LangGraph's store, Letta or the MCP memory server: JSON, or JSON Lines.
 *
 * When a thing was first written is kept as when it was said. Whose it was becomes a tag, never a namespace: the caller
 * decides who may read what is imported.
 *
 * @throws {@link MemoryInputError} (`memory/input`) if it is neither, or holds nothing that is known.
 */
export function readForeign(text: string): MemoryInput[] {
  const inputs = parseAny(text).flatMap(toInputs)
  if (inputs.length === 0) throw new MemoryInputError('memory/input', 'it holds no memory in a form that is known')
  return inputs
}

function parseAny(text: string): unknown[] {
  try {
    return [JSON.parse(text)]
  } catch {
    // Not one document: then each line is one.
  }
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    try {
      return [JSON.parse(line)]
    } catch {
      throw new MemoryInputError('memory/input', `line ${index + 1} is not JSON`)
    }
  })
}

function toInputs(value: unknown): MemoryInput[] {
  if (Array.isArray(value)) return value.flatMap(toInputs)
  if (typeof value !== 'object' || value === null) return []
  const mem0 = mem0Schema.safeParse(value).data
  if (mem0 !== undefined) {
    const whose = [mem0.user_id, mem0.agent_id].filter((one) => typeof one === 'string')
    return [input(mem0.memory, mem0.created_at, [...(mem0.categories ?? []), ...whose], mem0.run_id)]
  }
  const item = langGraphSchema.safeParse(value).data
  if (item !== undefined) return [input(saidIn(item.value), item.created_at, [...item.namespace, item.key])]
  const entity = entitySchema.safeParse(value).data
  if (entity !== undefined)
    return entity.observations.map((one) => input(`${entity.name}: ${one}`, undefined, [entity.entityType]))
  const relation = relationSchema.safeParse(value).data
  if (relation !== undefined) return [input(`${relation.from} ${relation.relationType} ${relation.to}`, undefined, [])]
  const block = blockSchema.safeParse(value).data
  if (block !== undefined) return block.value.trim() === '' ? [] : [input(block.value, undefined, [block.label])]
  const passage = passageSchema.safeParse(value).data
  if (passage !== undefined) return [input(passage.text, passage.created_at, passage.tags ?? [])]
  return Object.entries(value).flatMap(([key, inner]) => (lists.includes(key) ? toInputs(inner) : []))
}

/** The text of a stored value: its one known field, or all of it. */
function saidIn(value: Readonly<Record<string, unknown>>): string {
  const field = ['content', 'text', 'memory', 'data', 'value']
    .map((key) => value[key])
    .find((one) => typeof one === 'string')
  return typeof field === 'string' ? field : JSON.stringify(value)
}

function input(
  content: string,
  created: string | number | null | undefined,
  tags: readonly string[],
  thread?: string | null,
): MemoryInput {
  const at = typeof created === 'number' ? created * (created < 1e11 ? 1_000 : 1) : Date.parse(created ?? '')
  return {
    content: content.slice(0, maxContentBytes / 4),
    source: { author: 'import', ...(Number.isFinite(at) && { at: Math.trunc(at) }) },
    tags: [...new Set(tags.filter((tag) => tag !== '').map((tag) => tag.slice(0, 200)))].slice(0, 32),
    ...(typeof thread === 'string' && thread !== '' && { thread: thread.slice(0, 200) }),
  }
}
