/** What a synthesizer learnt, in a home folder: `models/synthesizer.json`. */

import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeFileAtomically } from '@salp/core/node'
import { z } from 'zod'
import { parseState, type SynthesizerState } from '../state.js'

/** What was learnt, and from what. */
export interface SavedState {
  /** Names the problems and settings that it was learnt with. */
  readonly lesson: string
  readonly state: SynthesizerState
}

const savedSchema = z.object({ lesson: z.string(), state: z.unknown() })

/**
 * Reads what was learnt below a home folder; nothing if nothing was yet.
 *
 * @throws SynthesizerStateError (`models/synthesizer-state`) if what is there is malformed.
 */
export async function readSavedState(home: string): Promise<SavedState | undefined> {
  let text: string
  try {
    text = await readFile(pathIn(home), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const { lesson, state } = savedSchema.parse(JSON.parse(text))
  return { lesson, state: parseState(state) }
}

/** Keeps what was learnt in place of what was there: whoever reads meanwhile sees the one or the other, whole. */
export async function saveState(home: string, saved: SavedState): Promise<void> {
  const path = pathIn(home)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFileAtomically(path, JSON.stringify(saved))
}

function pathIn(home: string): string {
  return join(home, 'models', 'synthesizer.json')
}
