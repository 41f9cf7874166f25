/** Takes secrets out of text and of plain data before they reach a log, a prompt, an event or a peer. */

import { redactForms } from './secret-forms.js'

interface Rule {
  readonly kind: string
  readonly pattern: RegExp
}

/** What a name says whose value is secret. */
const telling =
  'password|passwd|passphrase|secret|api[-_]?key|private[-_]?key|access[-_]?key|auth[-_]?token|access[-_]?token'

/**
 * Longest forms first: a private key holds text that later rules would cut into.
 *
 * Each takes time linear in the text: a look behind is bounded, and a run of characters is entered at its start only.
 * Where words could match too, a digit is asked for, which prose and names in code seldom have and keys hardly ever lack.
 */
const longForms: readonly Rule[] = [
  {
    kind: 'private-key',
    pattern:
      /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
  },
  { kind: 'jwt', pattern: /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g },
]

/** What shows by where it stands. */
const rules: readonly Rule[] = [
  { kind: 'api-key', pattern: /(?<![\w-])(?:sk|pk|rk)[-_](?=[\w-]{0,80}\d|[A-Za-z]{20})[\w-]{18,}/g },
  { kind: 'bearer', pattern: /(?<=\bbearer\s{1,4})(?=[\w.~+/=-]{0,80}\d)[\w.~+/=-]{12,}/gi },
  {
    kind: 'basic',
    pattern:
      /(?<=\b[Aa]uthorization["']?\s{0,4}[:=]\s{0,4}["']?[Bb]asic\s{1,4})(?=[a-z+/]{0,40}[A-Z0-9])[A-Za-z0-9+/]{12,}={0,2}/g,
  },
  {
    kind: 'assigned',
    pattern: new RegExp(`(?<=(?:${telling})["']?\\s{0,4}[:=]\\s{0,4}["'])(?!\\[redacted:)[^\\s"']{8,}(?=["'])`, 'gi'),
  },
  {
    kind: 'assigned',
    pattern: new RegExp(`(?<=(?:${telling})["']?\\s{0,4}[:=]\\s{0,4})(?=[^\\s"',;}]{0,80}\\d)[^\\s"',;}]{8,}`, 'gi'),
  },
  {
    kind: 'assigned',
    pattern:
      /(?<=\b[A-Z0-9_]{0,60}(?:_TOKEN|_KEY|_PASS|_PWD|_CREDENTIALS?)=["']?)(?=[A-Za-z0-9+/_.-]{0,80}\d)[A-Za-z0-9+/_.-]{24,}={0,2}/g,
  },
  { kind: 'url-password', pattern: /(?<=[a-z+.-]:\/\/[^\s/:@]{0,200}:)[^\s/@]{1,500}(?=@)/gi },
]

const secretField = new RegExp(`${telling}|authorization|cookie|(?:^|[-_])token$|[a-z]Token$`, 'i')

/** Levels of nesting that are copied; text from outside can nest deeper than the stack. */
const maxDepth = 64

/** Times that a text is gone through, at most: two do where anything is found, but for texts made on purpose. */
const mostPasses = 8

/** Redacts text and data, knowing some secrets by value. */
export interface Redactor {
  /** Replaces every secret by `[redacted:kind]`. Unicode-safe; text without secrets comes back as it was. */
  text(text: string): string
  /**
   * Copies plain data with every secret replaced, in values and under telling names.
   *
   * What says how it looks as JSON, such as a date, is copied as that; errors keep their message, fields and cause. Bytes
   * become their number, cycles `[circular]`, and what nests more than 64 deep `[deep]`.
   */
  data<T>(value: T): T
}

/**
 * Creates a redactor.
 *
 * @param options - `secrets`: values known to be secret, such as keys from the environment; ones shorter than 6
 * characters are passed over, since replacing them would garble ordinary text.
 */
export function createRedactor({ secrets = [] }: { secrets?: readonly string[] | undefined } = {}): Redactor {
  const known = secrets.filter((secret) => secret.length >= 6).sort((a, b) => b.length - a.length)
  const pass = (input: string): string => {
    let output = input
    for (const secret of known) output = output.replaceAll(secret, '[redacted:known]')
    for (const { kind, pattern } of longForms) output = output.replace(pattern, `[redacted:${kind}]`)
    output = redactForms(output)
    for (const { kind, pattern } of rules) output = output.replace(pattern, `[redacted:${kind}]`)
    return output
  }
  /** What was taken out of the middle of a text may show that what stands around it is a secret too. */
  const text = (input: string): string => {
    let output = input
    for (let left = mostPasses; left > 0; left--) {
      const next = pass(output)
      if (next === output) break
      output = next
    }
    return output
  }
  const copy = (value: unknown, above: readonly object[], hidden: boolean): unknown => {
    if (typeof value === 'string') return hidden && value !== '' ? '[redacted:field]' : text(value)
    if (typeof value !== 'object' || value === null) return value
    if (above.includes(value)) return '[circular]'
    if (above.length === maxDepth) return '[deep]'
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
    const path = [...above, value]
    if (Array.isArray(value)) return value.map((item) => copy(item, path, hidden))
    if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON(), path, hidden)
    const fields = value instanceof Error ? errorFields(value) : value
    return Object.fromEntries(
      Object.entries(fields).map(([key, item]) => [key, copy(item, path, secretField.test(key))]),
    )
  }
  return { text, data: <T>(value: T) => copy(value, [], false) as T }
}

/** Replaces every secret that shows by its form; see {@link createRedactor} for ones known by value. */
export const redact: (text: string) => string = createRedactor().text

/** What an error says, its stack aside; its message and cause are no fields by themselves. */
function errorFields(error: Error): object {
  const { name, message, cause } = error
  return { ...error, name, message, ...(cause === undefined ? {} : { cause }) }
}
