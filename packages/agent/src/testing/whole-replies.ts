/**
 * Prints what it changes that the file changes of one reply count together: `pnpm --filter @salp/agent whole-replies`.
 *
 * A scripted model renames a word in four files with one reply, and gets each edit wrong with some chance. A patient one sends what
 * failed again, twice at the most; a hasty one leaves it. The agent, the tools and the files are real, the model is not.
 */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LanguageModelV4Prompt } from '@ai-sdk/provider'
import { createRng, type Rng, wilson } from '@salp/core'
import { withSpeculation } from '../node/tools/speculative-workspace.js'
import { createWorkspace } from '../node/tools/workspace.js'
import { createWriteTools } from '../node/tools/write-tools.js'
import { temporaryFolder } from './temporary-folder.js'
import { createTestAgent } from './test-agent.js'

const files = ['a.ts', 'b.ts', 'c.ts', 'd.ts']
const tasks = 150

interface Trial {
  readonly wrong: number
  readonly replies: number
  readonly together: boolean
}

interface Ended {
  readonly renamed: number
  readonly edits: number
}

/** One task, on a folder of its own. The luck of a task is the same for both ways. */
async function rename({ wrong, replies, together }: Trial, rng: Rng): Promise<Ended> {
  await using folder = await temporaryFolder(Object.fromEntries(files.map((name) => [name, 'const name = 1\n'])))
  const workspace = withSpeculation(await createWorkspace(folder.path))
  let edits = 0
  let asked = 0
  const made = createTestAgent({
    tools: () => createWriteTools({ workspace }),
    policy: [{ tool: '*', tier: 'allow' }],
    script: ({ prompt }) => {
      const open = asked === 0 ? files : failed(prompt)
      if (open.length === 0 || asked++ >= replies) return { text: 'Done' }
      edits += open.length
      return {
        calls: open.map((path) => ({
          name: 'edit_file',
          input: { path, find: rng() < wrong ? 'no such text' : 'name', replace: 'title' },
        })),
      }
    },
    ...(together && { speculator: workspace }),
  })
  await made.agent.turn({ text: 'Rename it everywhere', channel: 'script' })
  const contents = await Promise.all(files.map((name) => readFile(join(folder.path, name), 'utf8')))
  await made.agent.close()
  made.db.close()
  return { renamed: contents.filter((text) => text.includes('title')).length, edits }
}

/** Files whose last edit failed or was undone, as the model reads it. */
function failed(prompt: LanguageModelV4Prompt): string[] {
  const calls = new Map<string, string>()
  const open = new Map<string, boolean>()
  for (const message of prompt) {
    if (message.role === 'assistant') {
      for (const part of message.content)
        if (part.type === 'tool-call') calls.set(part.toolCallId, (part.input as { path: string }).path)
    } else if (message.role === 'tool') {
      for (const part of message.content)
        if (part.type === 'tool-result') open.set(calls.get(part.toolCallId) ?? '', part.output.type === 'error-json')
    }
  }
  return files.filter((name) => open.get(name) === true)
}

const percent = (count: number): string => {
  const { estimate, low, high } = wilson(count, tasks)
  return `${(100 * estimate).toFixed(0)} (${(100 * low).toFixed(0)}–${(100 * high).toFixed(0)})`.padEnd(14)
}

console.log(`${tasks} tasks each; percent of tasks with 95 % intervals; edits: mean calls a task\n`)
console.log('model    edit wrong  counts    all renamed   half renamed  nothing done  edits')
for (const [patience, replies] of [['hasty', 1] as const, ['patient', 3] as const]) {
  for (const wrong of [0.05, 0.2]) {
    for (const together of [false, true]) {
      const ended: Ended[] = []
      for (let task = 0; task < tasks; task++)
        ended.push(await rename({ wrong, replies, together }, createRng(`${patience} ${wrong}`).fork(`${task}`)))
      const count = (fits: (one: Ended) => boolean): number => ended.filter(fits).length
      const edits = ended.reduce((sum, one) => sum + one.edits, 0) / tasks
      console.log(
        [
          patience.padEnd(8),
          `${100 * wrong} %`.padEnd(11),
          (together ? 'together' : 'alone').padEnd(9),
          percent(count(({ renamed }) => renamed === files.length)),
          percent(count(({ renamed }) => renamed > 0 && renamed < files.length)),
          percent(count(({ renamed }) => renamed === 0)),
          edits.toFixed(2),
        ].join(' '),
      )
    }
  }
}
