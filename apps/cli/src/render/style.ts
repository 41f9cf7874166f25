/** How text may look where it goes: colours, and how wide a line is. */

import pico from 'picocolors'

/** What rendering needs to know of its reader. */
export interface Style {
  /** Colour functions; they give text back unchanged where there is no colour. */
  readonly paint: ReturnType<typeof pico.createColors>
  readonly color: boolean
  /** Columns of a line. */
  readonly width: number
}

/** Widest line of prose; longer ones are hard to read. */
const maxWidth = 100

/** Creates a style. `columns`: width of the terminal, absent where there is none. */
export function createStyle({ color, columns }: { color: boolean; columns?: number | undefined }): Style {
  const width = columns === undefined || columns < 20 ? 80 : columns
  return { paint: pico.createColors(color), color, width: Math.min(width, maxWidth) }
}

/**
 * Tells whether a stream gets colours: `--no-color`, then `NO_COLOR`, then `FORCE_COLOR`, then what the stream is.
 *
 * @see https://no-color.org
 */
export function wantsColor({
  environment,
  terminal,
  flag,
}: {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Whether the stream is a terminal. */
  readonly terminal: boolean
  /** Whether the command line allows colours. */
  readonly flag: boolean
}): boolean {
  const { NO_COLOR = '', FORCE_COLOR = '', TERM } = environment
  if (!flag || NO_COLOR !== '') return false
  if (FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  return terminal && TERM !== 'dumb'
}
