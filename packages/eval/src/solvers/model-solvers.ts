/** Solvers that ask a language model: as it comes, with rounds of repair, the best of several, with earlier solutions at hand. */

import type { Attempt, Solver } from '../benchmark/solver.js'
import type { ProblemView } from '../problems/problem.js'
import type { Verdict } from '../verify/verifier.js'
import type { CodeModel, ModelMessage, ModelReply } from './code-model.js'
import { spentOn } from './code-model.js'
import type { EarlierSolution, FindEarlier } from './earlier.js'
import { answerRule, describeFailure, describeProblem, programIn } from './prompt.js'

/** Creates a solver that answers once, with what the model says. */
export function modelSolver(model: CodeModel): Solver {
  return repairing(model, { name: `model ${model.name}`, rounds: 0, prompt: askFor })
}

/**
 * Creates a solver that tells the model what its answer does to the visible examples, and asks again while one fails.
 *
 * Its first answer is what the model said at first, so that pass@1 is that of {@link modelSolver}; each repair is an attempt more, as
 * far as the budget counts them.
 */
export function repairSolver(model: CodeModel, { rounds }: { readonly rounds: number }): Solver {
  return repairing(model, { name: `repair ${rounds}, model ${model.name}`, rounds, prompt: askFor })
}

/** Creates a solver like {@link repairSolver} that shows the model solutions of other problems, at most `shown`. */
export function retrievalSolver(
  model: CodeModel,
  { earlier, shown, rounds = 0 }: { readonly earlier: FindEarlier; readonly shown: number; readonly rounds?: number },
): Solver {
  const prompt = (problem: ProblemView): string => withEarlier(earlier(problem, shown), problem)
  return repairing(model, { name: `retrieval ${shown}, model ${model.name}`, rounds, prompt })
}

/**
 * Creates a solver that draws up to `samples` answers, until one meets all visible examples, and answers with that; with the one that
 * came nearest if none does.
 *
 * What it drew before it answered is booked on its first answer.
 */
export function bestOfSolver(
  model: CodeModel,
  { samples, temperature = 0.8 }: { readonly samples: number; readonly temperature?: number | undefined },
): Solver {
  return {
    name: `best of ${samples} at ${temperature}, model ${model.name}`,
    async solve(problem, { signal, check }) {
      const replies: ModelReply[] = []
      const drawn: { readonly source: string; readonly status: Verdict['status'] }[] = []
      while (replies.length < samples && drawn.at(-1)?.status !== 'pass') {
        const reply = await model.reply([{ role: 'user', text: askFor(problem) }], { temperature, signal })
        replies.push(reply)
        const source = programIn(reply.text)
        if (drawn.some((one) => one.source === source)) continue
        drawn.push({ source, status: (await check(source)).status })
      }
      const ranked = drawn.toSorted((a, b) => nearness.indexOf(a.status) - nearness.indexOf(b.status))
      return ranked.map(({ source }, index): Attempt => ({ source, ...(index === 0 && spentOn(replies)) }))
    },
  }
}

/** Verdicts on the visible examples, the best first. */
const nearness: readonly Verdict['status'][] = ['pass', 'test-failure', 'timeout', 'crash', 'type-error']

function repairing(
  model: CodeModel,
  {
    name,
    rounds,
    prompt,
  }: { readonly name: string; readonly rounds: number; readonly prompt: (problem: ProblemView) => string },
): Solver {
  return {
    name,
    async solve(problem, { signal, check }) {
      const said: ModelMessage[] = [{ role: 'user', text: prompt(problem) }]
      const attempts: Attempt[] = []
      for (let round = 0; ; round++) {
        const { text, tokens, costUsd } = await model.reply(said, { temperature: 0, signal })
        const source = programIn(text)
        attempts.push({ source, tokens, costUsd })
        if (round === rounds) return attempts
        const verdict = await check(source)
        if (verdict.status === 'pass') return attempts
        said.push({ role: 'assistant', text })
        said.push({ role: 'user', text: describeFailure(problem.signature.name, verdict) })
      }
    },
  }
}

function askFor(problem: ProblemView): string {
  return `${describeProblem(problem)}\n\n${answerRule}`
}

function withEarlier(earlier: readonly EarlierSolution[], problem: ProblemView): string {
  if (earlier.length === 0) return askFor(problem)
  const shown = earlier.map(
    ({ problem: { title, statement }, source }) =>
      `## ${title}\n\n${statement}\n\n\`\`\`ts\n${source.trimEnd()}\n\`\`\``,
  )
  return `Problems that were solved before, which may be of use:\n\n${shown.join('\n\n')}\n\nNow this one:\n\n${askFor(problem)}`
}
