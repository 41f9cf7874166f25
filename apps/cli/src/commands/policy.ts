/** `salp policy`: the operator's rules, whether they can be followed, and what they say of a call. */

import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Explanation, PolicyError, type PolicyMistake, parsePolicy } from '@salp/agent'
import { Command } from 'commander'
import { UsageError } from '../cli-errors.js'
import { exitCodes } from '../exit-codes.js'
import { print, withNode } from '../invocation.js'
import type { Style } from '../render/style.js'
import { examples, type ToAction } from './action.js'

/** Creates the command. */
export function policyCommand(toAction: ToAction): Command {
  const policy = new Command('policy').description('rules on what may run without asking')
  policy
    .command('check')
    .description('whether the file of rules can be followed; asks no node')
    .argument('[file]', 'policy.yaml or policy.json of the home folder when absent')
    .action(
      toAction(async (invocation, asked: string | undefined) => {
        const { home, io } = invocation
        const file = asked === undefined ? home.policies.find((path) => existsSync(path)) : resolve(io.folder, asked)
        if (file === undefined) {
          print(
            invocation,
            { file: null, rules: 0, mistakes: [] },
            () => `There is no ${home.policies[0]}: defaults hold`,
          )
          return
        }
        const checked = check(file)
        print(invocation, { file, ...checked }, renderCheck)
        return checked.mistakes.length === 0 ? exitCodes.done : exitCodes.failed
      }),
    )
  policy
    .command('explain')
    .description('what policy says of a call, and which rule decides; nothing is called')
    .argument('<tool>', 'name of a tool')
    .argument('[input...]', 'as JSON, as fields such as path=notes.md, or as bare text where the tool takes that')
    .option('--surface <name>', 'as if it came from there: studio, cli, acp, openai, mcp, a2a, task', 'cli')
    .option('--user <name>', 'as if they spoke: owner, peer or stranger')
    .action(
      toAction((invocation, tool: string, words: string[], options: { surface: string; user?: string }) =>
        withNode(invocation, async ({ api }) =>
          print(invocation, await api.explain({ tool, input: inputOf(words), ...options }), renderExplanation),
        ),
      ),
    )
  policy
    .command('key')
    .description('the key that partners know this agent by, for their agent.secondKeys')
    .action(
      toAction((invocation) =>
        withNode(invocation, async ({ api }) => print(invocation, await api.policyKey(), ({ publicKey }) => publicKey)),
      ),
    )
  return policy.addHelpText(
    'after',
    examples(
      ['salp policy check', 'the file in the home folder'],
      ['salp policy explain run_command "git push"', 'what would happen'],
      ['salp policy explain write_file path=notes.md content=hi --surface acp', 'from an editor'],
    ),
  )
}

interface Checked {
  readonly rules: number
  readonly mistakes: readonly PolicyMistake[]
}

function check(file: string): Checked {
  try {
    return { rules: parsePolicy(readFileSync(file, 'utf8'), { file }).length, mistakes: [] }
  } catch (error) {
    if (error instanceof PolicyError) return { rules: 0, mistakes: error.mistakes }
    throw new UsageError(`Cannot read "${file}": ${(error as Error).message}`)
  }
}

function renderCheck({ file, rules, mistakes }: Checked & { readonly file: string }, { paint }: Style): string {
  if (mistakes.length === 0) return `${paint.green('good')}: ${rules} rules in ${file}`
  return mistakes.map(({ line, message }) => `${paint.red(`${file}:${line}`)}  ${message}`).join('\n')
}

/** Words as an input: one that is JSON, fields, or text. */
function inputOf(words: readonly string[]) {
  const text = words.join(' ')
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text)
    } catch {
      throw new UsageError('The input begins as JSON and is none')
    }
  }
  const fields = words.map((word) => /^([A-Za-z_]\w*)=(.*)$/s.exec(word))
  if (words.length > 0 && fields.every((field) => field !== null))
    return Object.fromEntries(fields.flatMap((field) => (field === null ? [] : [[field[1], field[2]]])))
  return words.length === 0 ? {} : text
}

const shown = { allow: 'runs without asking', ask: 'asks you first', deny: 'is refused' } as const

function renderExplanation({ tier, why, rule, peer, risk, decidedBy }: Explanation, { paint }: Style): string {
  const what = tier === 'two-key' ? `asks you and then "${peer}"` : shown[tier]
  const color = tier === 'allow' ? paint.green : tier === 'deny' ? paint.red : paint.yellow
  return [
    `${color(what)}: ${why}`,
    rule === undefined ? 'No rule fits it' : `Rule ${rule + 1}: ${JSON.stringify(decidedBy)}`,
    `Risk ${risk.level}${risk.reasons.length === 0 ? '' : `: ${risk.reasons.join(', ')}`}`,
    tier === 'allow' ? paint.dim('Words of strangers in the session may still make it ask') : '',
  ]
    .filter((line) => line !== '')
    .join('\n')
}
