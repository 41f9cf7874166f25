/** What a language model is told of a problem, and how its answer is read. All of it is made of what a solver may see. */

import { type ProblemCase, type ProblemView, parametersOf } from '../problems/problem.js'
import type { Verdict } from '../verify/verifier.js'

/** Says what is to be written, with its examples. */
export function describeProblem({ title, statement, signature, examples, starter }: ProblemView): string {
  return [
    `# ${title}`,
    statement,
    `It has to export: ${signature.name}(${parametersOf(signature)}): ${signature.returns}`,
    `Examples:\n${examples.map((one) => `- ${describeCase(signature.name, one)}`).join('\n')}`,
    `Begin from:\n\`\`\`ts\n${starter.trimEnd()}\n\`\`\``,
  ].join('\n\n')
}

/** Says how the answer is to look. */
export const answerRule =
  'Answer with one TypeScript module in a fenced block, complete as it stands. It is compiled under "strict", may import nothing, and is tried on further inputs.'

/** Says what of the visible examples an answer did not meet, and asks for another. */
export function describeFailure(name: string, { status, message, example }: Verdict): string {
  const what = {
    pass: 'It is right',
    'type-error': 'It does not compile',
    'test-failure': 'It is wrong for an example',
    timeout: 'It takes too long',
    crash: 'It does not run',
  }[status]
  const shown = example && `${name}(${listed(example.args)}) has to give ${example.expected}; it gave ${example.actual}`
  return `${[what, message, shown].filter((part) => part !== undefined && part !== '').join('. ')}.\n\n${answerRule}`
}

/**
 * Reads the program out of an answer: the last fenced block of TypeScript that exports something, else the last block of all, else
 * the whole of it.
 */
export function programIn(answer: string): string {
  const blocks = blocksIn(answer).filter(({ language }) => /^(?:ts|tsx|typescript|js|javascript|)$/.test(language))
  const found = blocks.findLast(({ text }) => /^\s*export\b/m.test(text)) ?? blocks.at(-1)
  return found?.text ?? answer
}

/** Gives the fenced blocks of a text, in order. */
export function blocksIn(text: string): { readonly language: string; readonly text: string }[] {
  return [...text.matchAll(/^ *```([\w-]*)[^\n]*\n([\s\S]*?)(?:^ *```|(?![\s\S]))/gm)].map(([, language, block]) => ({
    language: (language ?? '').toLowerCase(),
    text: block ?? '',
  }))
}

function describeCase(name: string, found: ProblemCase): string {
  return `${name}(${listed(found.args)}) ${'throws' in found ? 'throws an error' : `gives ${JSON.stringify(found.returns)}`}`
}

function listed(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(', ')
}
