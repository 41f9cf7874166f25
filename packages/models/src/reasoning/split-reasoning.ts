/** Tells a model's thinking from its answer, in text that arrives in pieces. */

/** A piece of a reply. Neighbours of one kind belong together. */
export interface ReasoningSegment {
  readonly kind: 'text' | 'reasoning'
  readonly text: string
}

/** Splits text as it arrives. */
export interface ReasoningSplitter {
  /** Takes the next piece. @returns What is certain by now; what may be a tag is held back. */
  push(piece: string): ReasoningSegment[]
  /** Ends the text. @returns The rest. */
  end(): ReasoningSegment[]
  /** Thinking after a tag that is still open, trimmed. If there was no other text, it may be the answer. */
  unclosed(): string
}

const names = ['think', 'thinking', 'thought', 'reasoning', 'reflection', 'redacted_thinking', 'scratchpad', 'plan']
const tag = new RegExp(`^<(/?)(${names.join('|')})>`, 'i')
/** Length of `</redacted_thinking>`: the most that is held back. */
const longestTag = 20

/**
 * Creates a splitter for `<think>`, `<thinking>`, `<thought>`, `<reasoning>`, `<reflection>`, `<redacted_thinking>`,
 * `<scratchpad>` and `<plan>`, in any case.
 *
 * A tag in a fenced block or right after a backtick is text, and `<plan>` opens only at the start of a line. Tags of one
 * name nest; a closing tag that closes nothing is dropped. However the text is cut into pieces, the joined segments are
 * the same.
 */
export function createReasoningSplitter(): ReasoningSplitter {
  let pending = ''
  let previous = '\n'
  let fenced = false
  let trimming = true
  let answered = false
  let open: { name: string; depth: number; thought: string } | undefined

  const take = (length: number, segments: ReasoningSegment[]): void => {
    let text = pending.slice(0, length)
    pending = pending.slice(length)
    previous = text.at(-1) ?? previous
    if (trimming) text = text.trimStart()
    if (text === '') return
    trimming = false
    if (open === undefined) answered = true
    else open.thought += text
    const kind = open === undefined ? 'text' : 'reasoning'
    const last = segments.at(-1)
    if (last?.kind === kind) segments[segments.length - 1] = { kind, text: last.text + text }
    else segments.push({ kind, text })
  }

  const drop = (length: number): void => {
    pending = pending.slice(length)
    previous = '>'
    trimming = open !== undefined || !answered
  }

  /** Looks at the `<` at the start of `pending` and drops a tag that counts. @returns How much of it is text. */
  const tagAsText = (): number => {
    const [whole = '', slash, found = ''] = tag.exec(pending) ?? []
    const name = found.toLowerCase()
    if (name === '' || fenced || previous === '`' || (open !== undefined && open.name !== name)) return 1
    if (open === undefined) {
      if (slash === '' && name === 'plan' && previous !== '\n') return 1
      if (slash === '') open = { name, depth: 1, thought: '' }
    } else {
      open.depth += slash === '/' ? -1 : 1
      if (open.depth > 0) return whole.length
      open = undefined
    }
    drop(whole.length)
    return 0
  }

  const run = (final: boolean): ReasoningSegment[] => {
    const segments: ReasoningSegment[] = []
    for (;;) {
      const mark = pending.search(/[<`~]/)
      if (mark < 0) {
        take(pending.length, segments)
        return segments
      }
      take(mark, segments)
      const isTag = pending.startsWith('<')
      const complete = isTag ? /^<[^>]*>/.test(pending) || pending.length >= longestTag : pending.length >= 3
      if (!complete && !final) return segments
      if (isTag) take(tagAsText(), segments)
      else {
        const isFence = previous === '\n' && open === undefined && /^(?:```|~~~)/.test(pending)
        if (isFence) fenced = !fenced
        take(isFence ? 3 : 1, segments)
      }
    }
  }

  return {
    push(piece) {
      pending += piece
      return run(false)
    },
    end: () => run(true),
    unclosed: () => open?.thought.trim() ?? '',
  }
}
