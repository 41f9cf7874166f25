/** Multi-hop questions over prose, from a folder of `<set>-items.jsonl` and `<set>-queries.jsonl`. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Scenario } from './scenarios.js'

const itemSchema = z.object({ id: z.string(), title: z.string().default(''), text: z.string() })
const querySchema = z.object({ text: z.string(), gold: z.array(z.string()) })

/** Reads every set of `folder`, passages as `title` and `text` on lines of their own. */
export function readMultihop(folder: string): Scenario[] {
  const lines = (file: string): unknown[] =>
    readFileSync(join(folder, file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  return readdirSync(folder)
    .filter((file) => file.endsWith('-items.jsonl'))
    .sort()
    .map((file): Scenario => {
      const name = file.replace('-items.jsonl', '')
      const items = z.array(itemSchema).parse(lines(file))
      const position = new Map(items.map(({ id }, index) => [id, index]))
      const queries = z.array(querySchema).parse(lines(`${name}-queries.jsonl`))
      return {
        name,
        measure: 'recall',
        split: true,
        records: items.map(({ title, text }) => ({ content: `${title}\n${text}`, source: { author: 'import' } })),
        questions: queries.map(({ text, gold }) => ({ text, gold: gold.flatMap((id) => position.get(id) ?? []) })),
      }
    })
}
