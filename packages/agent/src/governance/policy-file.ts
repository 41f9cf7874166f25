/** A file of rules: read whole, or refused with the line of each mistake. */

import { SalpError } from '@salp/core'
import { LineCounter, parseDocument, visit } from 'yaml'
import { z } from 'zod'
import { type PolicyRule, policyRuleSchema } from './policy.js'

const fileSchema = z.strictObject({ version: z.literal(1), rules: z.array(policyRuleSchema).max(1_000) })

/** Characters of a file. */
const longest = 262_144

/** A mistake, with its line from 1. */
export interface PolicyMistake {
  readonly line: number
  readonly message: string
}

/**
 * Reads the text of `policy.yaml` or `policy.json`: `version: 1` and `rules`.
 *
 * @throws {@link PolicyError} (`agent/policy`) with every mistake.
 */
export function parsePolicy(text: string, { file }: { readonly file: string }): PolicyRule[] {
  if (text.length > longest)
    throw new PolicyError(file, [{ line: 1, message: `it has ${text.length} characters, at most ${longest} are read` }])
  const lines = new LineCounter()
  const lineAt = (offset: number | undefined): number => (offset === undefined ? 1 : lines.linePos(offset).line)
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', uniqueKeys: true })
  const broken = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    line: lineAt(pos[0]),
    message: message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? message,
  }))
  // What stands for something else has no use here, and can be made to grow.
  visit(document, {
    Alias: (_, { range }) =>
      void broken.push({ line: lineAt(range?.[0]), message: 'names that stand for something else are not taken' }),
  })
  if (broken.length > 0) throw new PolicyError(file, broken)
  const parsed = fileSchema.safeParse(document.toJS())
  if (parsed.success) return parsed.data.rules
  const mistakes = parsed.error.issues.map(({ path, message }) => {
    const node = [...path.keys()]
      .map((count) => document.getIn(path.slice(0, path.length - count), true))
      .find((found) => isNode(found))
    const at = path.length === 0 ? '' : `${path.join('.')}: `
    return { line: lineAt(isNode(node) ? (node.range?.[0] ?? 0) : undefined), message: `${at}${message}` }
  })
  throw new PolicyError(file, mistakes)
}

function isNode(value: unknown): value is { readonly range?: readonly number[] | null } {
  return typeof value === 'object' && value !== null && 'range' in value
}

/** A file of rules that cannot be followed: `agent/policy`. */
export class PolicyError extends SalpError {
  readonly mistakes: readonly PolicyMistake[]
  constructor(file: string, mistakes: readonly PolicyMistake[]) {
    const listed = mistakes.slice(0, 20).map(({ line, message }) => `\n  line ${line}: ${message}`)
    super('agent/policy', `Cannot follow the policy in ${file}:${listed.join('')}`)
    this.mistakes = mistakes
  }
}
