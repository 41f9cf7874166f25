/** Runs the corpus of edits. */

import { applyEdits } from '../../edit/apply-edits.js'
import { parseEdits } from '../../edit/parse-edits.js'
import type { EditCase } from './edit-corpus.js'

/** Whether the outcome was the right one, and which it was. */
export interface EditVerdict {
  readonly right: boolean
  /** What was changed wrongly is worse than what was refused. */
  readonly corrupted: boolean
  readonly outcome: string
}

/** Does one case. */
export async function judgeEdit({ files, text, path, expect }: EditCase): Promise<EditVerdict> {
  const parsed = parseEdits(text, { path })
  if (parsed.status === 'refused') return verdict(expect, undefined, parsed.reason)
  const result = await applyEdits({ read: async (name) => files[name] }, parsed.edits)
  if (result.status === 'refused')
    return verdict(expect, undefined, result.problems.map(({ reason }) => reason).join('; '))
  const after = new Map(Object.entries(files))
  for (const file of result.files) {
    if (file.after === undefined) after.delete(file.path)
    else after.set(file.path, file.after)
  }
  const changed = Object.fromEntries([...after].sort())
  return verdict(expect, changed, JSON.stringify(changed))
}

function verdict(
  expect: EditCase['expect'],
  changed: Record<string, string> | undefined,
  outcome: string,
): EditVerdict {
  const wanted = expect === 'refused' ? undefined : JSON.stringify(Object.fromEntries(Object.entries(expect).sort()))
  const got = changed === undefined ? undefined : JSON.stringify(changed)
  return { right: wanted === got, corrupted: got !== undefined && wanted !== got, outcome }
}
