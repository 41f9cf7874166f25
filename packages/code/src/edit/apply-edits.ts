/** Applies edits of several files, all of them or none. */

import { newPlaceholder } from './elision.js'
import { fromLines, lineEndOf, nearestExcerpt, toLines } from './lines.js'
import type { FileEdit } from './parse-edits.js'
import { applyHunks, type FitOptions, type Misplaced, type Placed } from './patch.js'
import { replacePassage } from './replace-passage.js'

/** A place that cannot be parsed. */
export interface SyntaxProblem {
  /** From 1. */
  readonly line: number
  /** What stands there, or what is missing. */
  readonly text: string
}

/** What it asks of the application. */
export interface ApplyEditsDeps {
  /** The text of a file; absent if there is no such file. */
  read(path: string): Promise<string | undefined>
  /** Finds what an edit broke: problems of `after` that `before` has not. */
  readonly checkSyntax?:
    | ((file: { path: string; before: string; after: string }) => Promise<readonly SyntaxProblem[]>)
    | undefined
}

/** How strict it is. */
export interface ApplyEditsOptions extends FitOptions {
  /** What becomes of an edit after which a file can be parsed no more. @defaultValue `refuse` */
  readonly brokenSyntax?: 'refuse' | 'report' | undefined
}

/** What became of one file. */
export interface EditedFile {
  readonly path: string
  /** Absent if it was not there. */
  readonly before: string | undefined
  /** Absent if it is deleted. */
  readonly after: string | undefined
  /** Where passages were found; empty where whole files or given lines were written. */
  readonly places: readonly Placed[]
  /** New problems of syntax, where these are only reported. */
  readonly problems: readonly SyntaxProblem[]
}

/** An edit that cannot be applied. */
export interface RefusedEdit extends Misplaced {
  /** Index of the edit; of a patch, `hunk` counts from 1. */
  readonly edit: number
  readonly hunk?: number | undefined
  readonly path: string
}

/** Every file as it is to be written, or every edit that stands in the way. */
export type AppliedEdits =
  | { readonly status: 'applied'; readonly files: readonly EditedFile[] }
  | { readonly status: 'refused'; readonly problems: readonly RefusedEdit[] }

interface Draft {
  readonly before: string | undefined
  after: string | undefined
  readonly places: Placed[]
  edit: number
}

/**
 * Applies edits one after the other, each to what the ones before it left.
 *
 * Nothing is written: the caller writes every file of an `applied` result, or none. Files that end up as they were are not
 * among them.
 */
export async function applyEdits(
  { read, checkSyntax }: ApplyEditsDeps,
  edits: readonly FileEdit[],
  { brokenSyntax = 'refuse', ...fit }: ApplyEditsOptions = {},
): Promise<AppliedEdits> {
  const drafts = new Map<string, Draft>()
  const problems: RefusedEdit[] = []
  const draftOf = async (path: string): Promise<Draft> => {
    const known = drafts.get(path)
    if (known !== undefined) return known
    const before = await read(path)
    const draft: Draft = { before, after: before, places: [], edit: 0 }
    drafts.set(path, draft)
    return draft
  }
  for (const [index, edit] of edits.entries()) {
    const refusal = await applyOne(edit, index, draftOf, fit)
    if (refusal !== undefined) problems.push(refusal)
  }
  const files: EditedFile[] = []
  for (const [path, { before, after, places, edit }] of drafts) {
    if (before === after) continue
    const broken = after === undefined ? [] : ((await checkSyntax?.({ path, before: before ?? '', after })) ?? [])
    files.push({ path, before, after, places, problems: broken })
    if (broken.length > 0 && brokenSyntax === 'refuse') problems.push(brokenEdit(path, after ?? '', broken, edit))
  }
  if (problems.length === 0 && files.length === 0)
    problems.push({ edit: 0, path: '', reason: 'it changes nothing', excerpt: '', candidates: [] })
  return problems.length > 0 ? { status: 'refused', problems } : { status: 'applied', files }
}

async function applyOne(
  edit: FileEdit,
  index: number,
  draftOf: (path: string) => Promise<Draft>,
  fit: FitOptions,
): Promise<RefusedEdit | undefined> {
  const path = edit.type === 'patch' ? (edit.from ?? edit.to ?? '') : edit.path
  const refuse = (reason: string, rest: Partial<RefusedEdit> = {}): RefusedEdit => ({
    edit: index,
    path,
    reason,
    excerpt: '',
    candidates: [],
    ...rest,
  })
  const draft = await draftOf(path)
  draft.edit = index
  if (edit.type === 'write') {
    if (edit.create && draft.after !== undefined && draft.after.trim() !== '')
      return refuse('it exists, and the edit creates it. Quote the lines to replace')
    const left = newPlaceholder(draft.after ?? '', edit.text)
    if (left !== undefined) return refuse(`it leaves code out ("${left.slice(0, 80)}"). Write every line`)
    draft.after = draft.after === undefined ? edit.text : withEndsOf(draft.after, edit.text)
    return undefined
  }
  if (edit.type === 'patch') return applyPatch(edit, { draft, draftOf, fit, refuse, index })
  if (draft.after === undefined) return refuse('there is no such file')
  if (edit.type === 'lines') {
    const lines = toLines(draft.after)
    const { first, last, text } = edit
    if (!(first >= 1 && last >= first - 1 && last <= lines.length && first <= lines.length + 1))
      return refuse(`lines ${first} to ${last} are not in the file, which has ${lines.length}`, {
        excerpt: nearestExcerpt(
          [],
          lines.map((line) => line.text),
        ),
      })
    const left = newPlaceholder(draft.after, text)
    if (left !== undefined) return refuse(`it leaves code out ("${left.slice(0, 80)}"). Write every line`)
    const end = lineEndOf(lines)
    const above = lines.slice(0, first - 1).map((line) => (line.end === '' ? { ...line, end } : line))
    draft.after = fromLines([...above, ...toLines(withEnds(text, end)), ...lines.slice(last)])
    return undefined
  }
  const result = replacePassage(draft.after, edit, fit)
  if (result.status === 'refused') return refuse(result.reason, result)
  draft.after = result.text
  draft.places.push(...result.places)
  return undefined
}

async function applyPatch(
  { from, to, hunks }: Extract<FileEdit, { type: 'patch' }>,
  context: {
    draft: Draft
    draftOf: (path: string) => Promise<Draft>
    fit: FitOptions
    refuse: (reason: string, rest?: Partial<RefusedEdit>) => RefusedEdit
    index: number
  },
): Promise<RefusedEdit | undefined> {
  const { draft, draftOf, fit, refuse, index } = context
  if (from === undefined && draft.after !== undefined)
    return refuse('it exists, and the patch creates it. Start with "--- a/path" to change it')
  if (from !== undefined && draft.after === undefined) return refuse('there is no such file')
  const result = applyHunks(draft.after ?? '', hunks, fit)
  if (result.status === 'refused') return refuse(result.reason, result)
  const left = newPlaceholder(draft.after ?? '', result.text)
  if (left !== undefined) return refuse(`it leaves code out ("${left.slice(0, 80)}"). Write every line`)
  if (to === undefined) {
    if (hunks.length > 0 && result.text !== '') return refuse('the patch deletes it, yet leaves text in it')
    draft.after = undefined
    return undefined
  }
  if (from !== undefined && to !== from) {
    const target = await draftOf(to)
    if (target.after !== undefined) return refuse(`it cannot be moved to "${to}", which exists`)
    target.after = result.text
    target.places.push(...result.places)
    target.edit = index
    draft.after = undefined
    return undefined
  }
  draft.after = result.text
  draft.places.push(...result.places)
  return undefined
}

function brokenEdit(path: string, after: string, broken: readonly SyntaxProblem[], edit: number): RefusedEdit {
  const [first] = broken
  const lines = after.split('\n')
  const line = first?.line ?? 1
  const named = broken.slice(0, 3).map((problem) => `line ${problem.line}: ${problem.text}`)
  return {
    edit,
    path,
    reason: `it could not be parsed any more (${named.join('; ')})`,
    excerpt: lines
      .slice(Math.max(0, line - 4), line + 3)
      .map((text, offset) => `${Math.max(0, line - 4) + offset + 1}| ${text}`)
      .join('\n'),
    candidates: [],
  }
}

/** A new text with the line ends, and the end of the last line, of the old one where that is empty of them or has others. */
function withEndsOf(old: string, fresh: string): string {
  return old.includes('\n') ? withEnds(fresh, lineEndOf(toLines(old))) : fresh
}

function withEnds(text: string, end: string): string {
  return text.replace(/\r?\n/g, end)
}
