/** Takes what models send for what they mean. */

import { z } from 'zod'
import type { JsonValue } from '../tool.js'

/**
 * Lets a schema accept other names for its fields, `null` for what is left out, and bare text for one field.
 *
 * The schema shown to models stays the strict one.
 *
 * @param aliases - Other names of each field, best first; the field's own name wins.
 * @param text - Field that bare text stands for.
 */
export function forgiving<Schema extends z.ZodType>(
  schema: Schema,
  { aliases = {}, text }: { aliases?: Readonly<Record<string, readonly string[]>>; text?: string | undefined },
): z.ZodType<z.output<Schema>> {
  return z.preprocess((value) => {
    if (typeof value === 'string' && text !== undefined) return { [text]: value }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    const fields = Object.fromEntries(
      Object.entries(value).filter(([, field]) => field !== null && field !== undefined),
    )
    for (const [name, others] of Object.entries(aliases)) {
      const other = others.find((alias) => alias in fields)
      if (!(name in fields) && other !== undefined) fields[name] = fields[other]
    }
    return fields
  }, schema)
}

/** Other names for a path. */
export const pathNames = ['file_path', 'filePath', 'file', 'filename', 'fileName', 'target'] as const

/** A path of the workspace, as models write it. */
export const pathSchema = z.string().min(1).max(4_096)

/** The value as JSON can hold it: absent fields are gone. */
export function plainJson(value: object): JsonValue {
  return z.json().parse(JSON.parse(JSON.stringify(value)))
}
