/** Whether a rule's patterns fit a call, in time that grows with the text and no faster than its square. */

import { z } from 'zod'

/** Characters of a text that an expression is held against. */
const maxMatched = 10_000

/** Whether `text` fits `pattern`, in which `*` stands for any run of characters and everything else for itself. */
export function fitsGlob(pattern: string, text: string): boolean {
  let [at, in_, star, mark] = [0, 0, -1, 0]
  while (in_ < text.length) {
    if (pattern[at] === '*') [star, mark, at] = [at, in_, at + 1]
    else if (at < pattern.length && pattern[at] === text[in_]) [at, in_] = [at + 1, in_ + 1]
    else if (star >= 0) [at, mark, in_] = [star + 1, mark + 1, mark + 1]
    else return false
  }
  return /^\**$/.test(pattern.slice(at))
}

/** Why an expression is not taken; nothing for one that ends soon on any text of {@link maxMatched} characters. */
export function refuseExpression(source: string): string | undefined {
  if (source.length > 500) return 'it has more than 500 characters'
  try {
    new RegExp(source, 'su')
  } catch {
    return 'it is no regular expression'
  }
  const bare = source.replace(/\\./gs, 'x').replace(/\[(?:\\.|[^\]\\])*\]/gs, 'x')
  if (/\\[1-9k]/.test(source)) return 'it refers back to a group'
  if (/\(\?(?:<?[=!])/.test(bare)) return 'it looks ahead or behind'
  const open: boolean[] = []
  let unbounded = 0
  for (let at = 0; at < bare.length; at++) {
    const rest = bare.slice(at)
    const repeats = /^(?:[*+]|\{\d+,\d*\})/.test(rest)
    if (bare[at] === '(') open.push(false)
    else if (bare[at] === ')') {
      const inner = open.pop() ?? false
      if (inner && /^\)(?:[*+?]|\{)/.test(rest)) return 'it repeats a group that repeats or chooses'
      if (inner && open.length > 0) open[open.length - 1] = true
    } else if (repeats || bare[at] === '|') {
      if (open.length > 0) open[open.length - 1] = true
      if (repeats) unbounded++
    }
  }
  return unbounded > 2 ? 'it repeats more than twice' : undefined
}

/** A path into an input, such as `command`, `$.files[0].path` or `files[*].path`. */
export const pathSchema = z
  .string()
  .regex(/^(?:\$\.?)?(?:[\w-]+|\[(?:\d+|\*)\])(?:\.[\w-]+|\[(?:\d+|\*)\])*$/, 'a path such as command or files[*].path')

/** What a text of an input is held against. */
export const textPatternSchema = z.union([
  z.string().max(500),
  z.strictObject({
    /** A regular expression that has to fit somewhere; anchors are its own. */
    matches: z.string().superRefine((source, context) => {
      const why = refuseExpression(source)
      if (why !== undefined) context.addIssue({ code: 'custom', message: `cannot be used: ${why}` })
    }),
  }),
])

type TextPattern = z.infer<typeof textPatternSchema>

/**
 * Whether the texts at `path` of `input` fit.
 *
 * @param options - `every`: all of them have to, and there has to be one, as for what allows; otherwise one is enough. A text too
 * long for an expression fits where that is the careful answer.
 */
export function fitsInput(
  input: unknown,
  { path, pattern }: { readonly path: string; readonly pattern: TextPattern },
  { every }: { readonly every: boolean },
): boolean {
  const steps = path.replace(/^\$\.?/, '').match(/[\w-]+|\*/g) ?? []
  const found = steps.reduce<readonly unknown[]>(
    (values, step) => values.flatMap((value) => below(value, step)),
    [input],
  )
  const fits = (value: unknown): boolean => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    if (typeof pattern === 'string') return fitsGlob(pattern, text)
    return text.length > maxMatched ? !every : new RegExp(pattern.matches, 'su').test(text)
  }
  return every ? found.length > 0 && found.every(fits) : found.some(fits)
}

function below(value: unknown, step: string): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if (step === '*') return Object.values(value)
  return Object.hasOwn(value, step) ? [Object.entries(value).find(([key]) => key === step)?.[1]] : []
}
