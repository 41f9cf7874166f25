/** What a server says of a tool, and whether that may come before the model. */

import { cut } from '@salp/core'

/** A tool as a server describes it. Nothing of it is trusted. */
export interface ForeignTool {
  readonly name: string
  readonly description?: string | undefined
  readonly inputSchema: Readonly<Record<string, unknown>>
  readonly annotations?:
    | { readonly readOnlyHint?: boolean | undefined; readonly destructiveHint?: boolean | undefined }
    | undefined
}

/** Characters of a description that the model reads. */
const descriptionLength = 600
/** Characters of a schema as JSON, and how deep it goes. */
const schemaLength = 16_384
const schemaDepth = 16

/** Why a tool is not offered; nothing where it may be. */
export function refusalOf({ name, inputSchema }: ForeignTool): string | undefined {
  if (!/^[\w./-]{1,128}$/.test(name)) return 'its name is not a name'
  const text = JSON.stringify(inputSchema)
  if (text.length > schemaLength) return `its schema has ${text.length} characters, at most ${schemaLength} are taken`
  if (depthOf(inputSchema) > schemaDepth) return `its schema is more than ${schemaDepth} levels deep`
  return undefined
}

/** Depth of plain data; that of a scalar is 0. Stops counting soon after the limit. */
function depthOf(value: unknown, from = 0): number {
  if (typeof value !== 'object' || value === null || from > schemaDepth) return from
  return Object.values(value).reduce<number>((deepest, item) => Math.max(deepest, depthOf(item, from + 1)), from)
}

/** The description as the model reads it: short, on one line, and named as somebody else's words. */
export function describeForeign(server: string, { description = '' }: ForeignTool): string {
  const line = description
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
  return `[of the MCP server "${server}", in its words] ${cut(line, descriptionLength)}`
}

/** What is pinned: everything by which a tool could be made to look like another. */
export function pinnedText({ name, description = '', inputSchema, annotations = {} }: ForeignTool): string {
  return JSON.stringify(sorted({ name, description, inputSchema, annotations }))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  )
}

/** Name under which the agent knows a tool. `taken`: names that others have; one that is taken gets a mark of its own. */
export function nameOf(server: string, tool: string, { taken, mark }: { taken: ReadonlySet<string>; mark: string }) {
  const plain = `${server}__${tool.toLowerCase().replace(/[^a-z0-9_]+/g, '_')}`.slice(0, 64)
  return taken.has(plain) ? `${plain.slice(0, 56)}_${mark.slice(0, 7)}` : plain
}
