/** What the synthesizer learnt, in the home folder: `models/synthesizer.json`. */

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseState, type SynthesizerState } from '@salp/models/synthesis'
import { z } from 'zod'
import type { HomePaths } from '../client/home.js'

/** What was learnt, and from what. */
export interface SavedState {
  /** Names the problems and settings that it was learnt with. */
  readonly lesson: string
  readonly state: SynthesizerState
}

const savedSchema = z.object({ lesson: z.string(), state: z.unknown() })

/**
 * Reads what was learnt; nothing if nothing was yet.
 *
 * @throws SynthesizerStateError (`models/synthesizer-state`) if what is there is malformed.
 */
export async function readSavedState(home: HomePaths): Promise<SavedState | undefined> {
  let text: string
  try {
    text = await readFile(pathIn(home), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const { lesson, state } = savedSchema.parse(JSON.parse(text))
  return { lesson, state: parseState(state) }
}

/** Keeps what was learnt in place of what was there. */
export async function saveState(home: HomePaths, saved: SavedState): Promise<void> {
  const path = pathIn(home)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(`${path}.draft`, JSON.stringify(saved))
  await rename(`${path}.draft`, path)
}

function pathIn(home: HomePaths): string {
  return join(home.path, 'models', 'synthesizer.json')
}
