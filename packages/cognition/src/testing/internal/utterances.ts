/** The labelled requests of `fixtures/utterances`, for tests and scripts. */

import { readFileSync } from 'node:fs'
import type { Utterance } from '../../perception-model/report.js'

/** Reads them all. */
export function readUtterances(): Utterance[] {
  const file = new URL('../../../../../fixtures/utterances/utterances.jsonl', import.meta.url)
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Utterance)
}
