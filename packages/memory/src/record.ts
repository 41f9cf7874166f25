/** What is remembered, and the shape in which it may enter. */

import { SalpError } from '@salp/core'
import { z } from 'zod'

/** Longest content of one record, in UTF-8 bytes. */
export const maxContentBytes = 65_536

/** How secret a record is, least first. A reader sees what is at most its clearance. */
export const sensitivities = ['public', 'internal', 'confidential', 'restricted'] as const

/** How sure a record is, least first: a model's guess, somebody's word, checked. */
export const verifications = ['inferred', 'stated', 'verified'] as const

/** What a record says: a fact, an event, a taste, how something is done, or the gist of several. */
export const kinds = ['fact', 'event', 'preference', 'procedure', 'summary'] as const

/** Who may say something. */
export const authors = ['user', 'agent', 'tool', 'import'] as const

/** One of {@link kinds}. */
export type MemoryKind = (typeof kinds)[number]

/** One of {@link sensitivities}. */
export type Sensitivity = (typeof sensitivities)[number]

/** One of {@link verifications}. */
export type Verification = (typeof verifications)[number]

/** Text that SQLite and its index take as it is: whole code points and no NUL. */
const text = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .transform((value) => value.toWellFormed().replaceAll('\0', '\uFFFD'))

/** A short name: of a namespace, a session, a tag. */
export const label = text(200).pipe(z.string().min(1))
const time = z.number().int().min(-8.64e15).max(8.64e15)

/** A record as a caller hands it in. */
export const recordInputSchema = z
  .strictObject({
    /** What to remember: one fact, event or procedure. Not blank, at most {@link maxContentBytes}. */
    content: text(Number.MAX_SAFE_INTEGER).pipe(z.string().trim().min(1, 'is blank')),
    kind: z.enum(kinds).default('fact'),
    /** Who said it, and where. The caller's context stamps it, never the text. */
    source: z.strictObject({
      author: z.enum(authors),
      channel: label.optional(),
      sessionId: label.optional(),
      turnId: label.optional(),
      /** When it was said, in ms since the epoch. @defaultValue now */
      at: time.optional(),
    }),
    /** How likely it is true. Range [0, 1]. @defaultValue `0.7` if inferred, else `1` */
    confidence: z.number().min(0).max(1).optional(),
    /** @defaultValue `'stated'` if a user or an import said it, else `'inferred'` */
    verification: z.enum(verifications).optional(),
    sensitivity: z.enum(sensitivities).default('internal'),
    tags: z.array(label).max(32).readonly().default([]),
    /** Whose memory it is: a user, a project, an agent. @defaultValue the memory's own */
    namespace: label.optional(),
    /** First moment at which it holds in the world, in ms since the epoch; always, if left out. */
    validFrom: time.optional(),
    /** First moment at which it holds no more, in ms since the epoch; never, if left out. */
    validUntil: time.optional(),
    /** Moment from which nobody reads it again, in ms since the epoch; never, if left out. */
    expiresAt: time.optional(),
    /** Conversation it belongs to; turns are remembered in order. @defaultValue `source.sessionId` */
    thread: label.optional(),
    /** When it happened, in ms since the epoch. @defaultValue read from the content ("yesterday", "in May 2023"), if it says */
    happenedAt: time.optional(),
    /** Whom or what it is about. With `attribute`, the latest record of both takes the place of those before it. */
    subject: label.optional(),
    /** What of the subject it tells: one thing that has one value at a time. */
    attribute: label.optional(),
    /** Whether it neither fades nor is swept by a policy. */
    pinned: z.boolean().default(false),
    /** Id of the record that this one replaces: it stops holding where this one starts, and stays readable as history. */
    supersedes: z.string().optional(),
  })
  .refine(({ validFrom = -Infinity, validUntil = Infinity }) => validFrom < validUntil, {
    path: ['validUntil'],
    message: 'is not after validFrom',
  })
  .refine(({ subject, attribute }) => (subject === undefined) === (attribute === undefined), {
    path: ['attribute'],
    message: 'goes together with subject',
  })

/** A record as a caller hands it in; see {@link recordInputSchema}. */
export type MemoryInput = z.input<typeof recordInputSchema>

/** A record after parsing, defaults filled in where they do not depend on the memory. */
export type ParsedInput = z.output<typeof recordInputSchema>

/** Who said something, where and when. */
export interface MemorySource {
  readonly author: (typeof authors)[number]
  readonly channel?: string | undefined
  readonly sessionId?: string | undefined
  readonly turnId?: string | undefined
  /** When it was said, in ms since the epoch. */
  readonly at: number
}

/** What of whom a record tells. Records of one claim are versions of each other: the newest holds. */
export interface Claim {
  readonly subject: string
  readonly attribute: string
}

/** One remembered thing, with where it came from. Times in ms since the epoch. */
export interface MemoryRecord {
  readonly id: string
  readonly namespace: string
  readonly content: string
  readonly kind: MemoryKind
  readonly source: MemorySource
  /** How likely it was true when recorded. Range [0, 1]. */
  readonly confidence: number
  readonly verification: Verification
  readonly sensitivity: Sensitivity
  readonly tags: readonly string[]
  /** First moment at which it holds in the world; always, if absent. */
  readonly validFrom?: number | undefined
  /** First moment at which it holds no more; never, if absent. */
  readonly validUntil?: number | undefined
  readonly thread?: string | undefined
  /** When it happened, as told or as its content says. */
  readonly happenedAt?: number | undefined
  /** What it tells, if it was named or its words show it plainly: the folded subject, and which of its attributes. */
  readonly claim?: Claim | undefined
  readonly pinned: boolean
  /** When it was written here. Never decreases from one record to the next, even if the clock does. */
  readonly recordedAt: number
  /** When the memory learnt that it holds no more, because another record took its place. */
  readonly closedAt?: number | undefined
  /** The record that took its place. */
  readonly supersededBy?: string | undefined
  /** Moment from which nobody reads it again. */
  readonly expiresAt?: number | undefined
}

/**
 * Checks a record at the edge.
 *
 * Lone surrogates and NUL become U+FFFD; blanks around the content go.
 *
 * @throws {@link MemoryInputError} (`memory/input`, `memory/too-large`).
 */
export function parseInput(input: MemoryInput): ParsedInput {
  const sizeBytes = typeof input?.content === 'string' ? new TextEncoder().encode(input.content).length : 0
  if (sizeBytes > maxContentBytes) {
    throw new MemoryInputError(
      'memory/too-large',
      `content has ${sizeBytes} bytes, the most is ${maxContentBytes}. Remember a summary, or one fact at a time`,
    )
  }
  return parse(recordInputSchema, input)
}

/** Parses what a caller handed in. @throws {@link MemoryInputError} (`memory/input`) naming the field, never its value. */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new MemoryInputError('memory/input', `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is malformed'}`)
}

/** Something that cannot be remembered, or a question that cannot be read. */
export class MemoryInputError extends SalpError {
  constructor(code: 'memory/input' | 'memory/too-large' | 'memory/superseded-unknown', why: string) {
    super(code, `Cannot use the input: ${why}`)
  }
}
