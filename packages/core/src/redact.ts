/** Takes secrets out of text and of plain data before they reach a log, a prompt, an event or a peer. */

interface Rule {
  readonly kind: string
  readonly pattern: RegExp
}

/** Longest forms first: a private key holds text that later rules would cut into. */
const rules: readonly Rule[] = [
  { kind: 'private-key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g },
  { kind: 'jwt', pattern: /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g },
  { kind: 'github', pattern: /\b(?:gh[pousr]_\w{36,}|github_pat_\w{40,})/g },
  { kind: 'slack', pattern: /\bxox[abeprs]-[\w-]{10,}/g },
  { kind: 'aws', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g },
  { kind: 'google', pattern: /\bAIza[\w-]{35}/g },
  { kind: 'api-key', pattern: /\b(?:sk|pk|rk)[-_](?:live[-_]|test[-_]|proj[-_]|ant[-_]|or[-_])?[\w-]{18,}/g },
  { kind: 'bearer', pattern: /(?<=\bbearer\s+)[\w.~+/=-]{12,}/gi },
  { kind: 'url-password', pattern: /(?<=\b[a-z][a-z+.-]*:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/gi },
  {
    kind: 'assigned',
    pattern:
      /(?<=\b[\w-]*(?:password|passwd|passphrase|secret|api[-_]?key|access[-_]?key|auth[-_]?token|access[-_]?token)["']?\s*[:=]\s*["']?)[^\s"',;}]{8,}/gi,
  },
]

const secretField =
  /pass(?:word|wd|phrase)|secret|api[-_]?key|private[-_]?key|authorization|cookie|(?:^|[-_])token$|[a-z]Token$/i

/** Redacts text and data, knowing some secrets by value. */
export interface Redactor {
  /** Replaces every secret by `[redacted:kind]`. Unicode-safe; text without secrets comes back as it was. */
  text(text: string): string
  /** Copies plain data with every secret replaced, in values and under telling names. Cycles become `[circular]`. */
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
  const text = (input: string): string => {
    let output = input
    for (const secret of known) output = output.replaceAll(secret, '[redacted:known]')
    for (const { kind, pattern } of rules) output = output.replace(pattern, `[redacted:${kind}]`)
    return output
  }
  const copy = (value: unknown, seen: readonly object[]): unknown => {
    if (typeof value === 'string') return text(value)
    if (typeof value !== 'object' || value === null) return value
    if (seen.includes(value)) return '[circular]'
    const path = [...seen, value]
    if (value instanceof Error) return copy({ ...value, name: value.name, message: value.message }, path)
    if (Array.isArray(value)) return value.map((item) => copy(item, path))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        typeof item === 'string' && item !== '' && secretField.test(key) ? '[redacted:field]' : copy(item, path),
      ]),
    )
  }
  return { text, data: <T>(value: T) => copy(value, []) as T }
}

/** Replaces every secret that shows by its form; see {@link createRedactor} for ones known by value. */
export const redact: (text: string) => string = createRedactor().text
