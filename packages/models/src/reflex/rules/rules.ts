/** The rules in order: what people say, and what it means. The first that matches counts. */

import type { Intent } from '../intent.js'
import { cartridges } from './cartridges.js'
import type { Clause, Rule } from './clause.js'
import { buying, fetching, running } from './commands.js'
import { editingFiles, writingFiles } from './edits.js'
import { listingFiles, readingFiles, searchingFiles } from './files.js'
import { forgetting, recalling, remembering } from './memory.js'
import { status, topics } from './talk.js'
import { changingTasks, creatingTasks, listingTasks } from './tasks.js'

/** Rules for what asks or tells something definite. */
const definite: readonly Rule[] = [
  ...topics,
  ...status,
  ...buying,
  ...fetching,
  ...writingFiles,
  ...cartridges,
  ...changingTasks,
  ...creatingTasks,
  ...listingTasks,
  ...forgetting,
  ...remembering,
  ...editingFiles,
  ...listingFiles,
  ...readingFiles,
  ...running,
  ...searchingFiles,
]

/** Applies the rules to one clause. @returns Nothing if none matches; `definite` tells a command from a mere question. */
export function applyRules(clause: Clause): { intents: Intent[]; definite: boolean } | undefined {
  for (const apply of definite) {
    const intents = apply(clause)
    if (intents !== undefined) return { intents, definite: true }
  }
  for (const apply of recalling) {
    const intents = apply(clause)
    if (intents !== undefined) return { intents, definite: false }
  }
  return undefined
}
