/** A solver of two: a language model sketches a program and leaves small functions open, a search by examples writes those. */

import { z } from 'zod'
import type { Attempt, SolveOptions, Solver } from '../benchmark/solver.js'
import { type Data, dataFault } from '../problems/data.js'
import { type ProblemView, parametersOf } from '../problems/problem.js'
import { type CodeModel, type ModelMessage, type ModelReply, spentOn } from './code-model.js'
import type { ExampleSearch, Wanted } from './example-search.js'
import { blocksIn, describeFailure, describeProblem, programIn } from './prompt.js'

const identifier = z.string().regex(/^[A-Za-z_$][\w$]*$/)
const data = z.custom<Data>((value) => value !== undefined && dataFault(value) === undefined, 'is no plain data')
const type = z.string().min(1).max(100)

const holeSchema = z
  .object({
    name: identifier,
    parameters: z.array(z.object({ name: identifier, type })).min(1),
    returns: type,
    examples: z
      .array(z.object({ args: z.array(data), returns: data }))
      .min(1)
      .max(50),
  })
  .refine(
    ({ parameters, examples }) => examples.every(({ args }) => args.length === parameters.length),
    'has an example with another number of arguments than parameters',
  )

const holesSchema = z.array(holeSchema).max(4)

/** What is looked at for each hole, and for all together. */
const [mostPerHole, mostFilled] = [4, 12]

/**
 * Creates the solver. A sketch is a module that calls functions it does not define, and a list of those with examples of each. Holes are
 * filled by what agrees with their examples, and of the fillings the first is taken that meets the problem's visible examples; if
 * none does, or a hole stays open, the model is told so and sketches again.
 *
 * @param options - `sketches`: how often it may. All of it is booked on the first answer.
 */
export function sketchSolver(
  model: CodeModel,
  filler: ExampleSearch,
  { sketches }: { readonly sketches: number },
): Solver {
  return {
    name: `hybrid ${sketches}, ${filler.name}, model ${model.name}`,
    async solve(problem, options) {
      const { signal } = options
      const said: ModelMessage[] = [{ role: 'user', text: askForSketch(problem) }]
      const replies: ModelReply[] = []
      const answers: string[] = []
      let candidates = 0
      while (replies.length < sketches) {
        const reply = await model.reply(said, { temperature: 0, signal })
        replies.push(reply)
        const tried = await tryOut(reply.text, problem, filler, options)
        candidates += tried.candidates
        if (tried.status === 'right') answers.unshift(...tried.answers)
        else answers.push(...tried.answers)
        if (tried.status === 'right') break
        said.push(
          { role: 'assistant', text: reply.text },
          { role: 'user', text: `${tried.complaint}\n\n${sketchRule}` },
        )
      }
      return [...new Set(answers)].map(
        (source, index): Attempt => ({ source, ...(index === 0 && { ...spentOn(replies), candidates }) }),
      )
    },
  }
}

/** What became of a sketch. `answers`: what it may be taken for, the best first. */
type Tried = { readonly candidates: number; readonly answers: readonly string[] } & (
  | { readonly status: 'right' }
  | { readonly status: 'wrong'; readonly complaint: string }
)

async function tryOut(
  reply: string,
  { signature }: ProblemView,
  filler: ExampleSearch,
  { check, signal }: Pick<SolveOptions, 'check' | 'signal'>,
): Promise<Tried> {
  const main = programIn(reply)
  const holes = holesIn(reply)
  // A sketch that comes to nothing is what it answered with.
  const wrong = (complaint: string, candidates = 0, answers = [main]): Tried => ({
    status: 'wrong',
    ...{ complaint, candidates, answers },
  })
  if (typeof holes === 'string') return wrong(`The list of functions cannot be used: ${holes}.`)
  const fillings: string[][] = []
  let candidates = 0
  for (const hole of holes) {
    const found = await filler.search(hole, { most: mostPerHole, signal })
    candidates += found.candidates
    if (found.sources.length === 0)
      return wrong(
        `No small function was found that agrees with the examples of ${hole.name}. See whether they are right, or leave less open.`,
        candidates,
      )
    fillings.push(found.sources.map((source) => enclosed(hole, source)))
  }
  const whole = combinations(fillings, mostFilled).map((parts) => [...parts, withoutDeclared(main, holes)].join('\n'))
  let complaint = ''
  for (const source of whole) {
    const verdict = await check(source)
    if (verdict.status === 'pass') return { status: 'right', candidates, answers: [source] }
    if (complaint === '') complaint = describeFailure(signature.name, verdict)
  }
  return wrong(complaint, candidates, whole)
}

/** The functions that a sketch leaves open; or why they cannot be read. */
function holesIn(reply: string): readonly Wanted[] | string {
  const block = blocksIn(reply).findLast(({ language }) => language === 'json')
  if (block === undefined) return []
  try {
    const parsed = holesSchema.safeParse(JSON.parse(block.text))
    if (parsed.success) return parsed.data
    const issue = parsed.error.issues[0]
    return `${issue?.path.join('.') || 'it'} ${issue?.message ?? 'is none'}`
  } catch (error) {
    if (error instanceof SyntaxError) return error.message
    throw error
  }
}

/** A filled hole as one constant, so that what it needs beside is its own. */
function enclosed(hole: Wanted, source: string): string {
  const { name, returns } = hole
  const body = source
    .replace(/^export /gm, '')
    .trimEnd()
    .replace(/^(?=.)/gm, '  ')
  return `const ${name}: (${parametersOf(hole)}) => ${returns} = (() => {\n${body}\n  return ${name}\n})()\n`
}

/** A sketch without what it declares of its holes. */
function withoutDeclared(source: string, holes: readonly Wanted[]): string {
  return source.replace(/^\s*(?:export )?declare (?:function|const) ([\w$]+).*$/gm, (line, name: string) =>
    holes.some((hole) => hole.name === name) ? '' : line,
  )
}

/** One of each list, at most `most` of them, the first of each list first. */
function combinations<T>(lists: readonly (readonly T[])[], most: number): T[][] {
  let all: { readonly items: T[]; readonly rank: number }[] = [{ items: [], rank: 0 }]
  for (const list of lists)
    all = all.flatMap(({ items, rank }) => list.map((item, index) => ({ items: [...items, item], rank: rank + index })))
  return all
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ items }) => items)
}

const sketchRule = `Answer with two fenced blocks. First a TypeScript module ("ts") that exports the function, compiles under "strict", and may call functions that it does not define. Then a list ("json") of those functions, at most four, each as {"name", "parameters": [{"name", "type"}], "returns", "examples": [{"args": [...], "returns": ...}]}.
A search writes them, which knows numbers (integers), booleans, strings, arrays and pairs of these, and finds short expressions only: leave open one idea each, with four to eight examples that differ. Leave nothing open that you can write yourself without doubt; the list may be empty.`

function askForSketch(problem: ProblemView): string {
  return `${describeProblem(problem)}\n\n${sketchRule}`
}
