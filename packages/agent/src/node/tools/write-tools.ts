/** Tools that change the files of a workspace. */

import {
  type ApplyEditsDeps,
  applyEdits,
  type EditedFile,
  type FileEdit,
  type Placed,
  parseEdits,
  pathsOf,
} from '@salp/code'
import { z } from 'zod'
import { type Assessment, createTool, type JsonValue, type Tool, ToolError, type Verification } from '../../tool.js'
import { forgiving, pathNames, pathSchema } from '../../tools/input.js'
import { isSecretPath, isSteeringPath } from '../../tools/paths.js'
import { refusal } from './read-tools.js'
import { type DecodedText, decodeText, describeBinary, encodeText } from './text-file.js'
import { type FileChange, hashOf, type Workspace, type WorkspacePath } from './workspace.js'

/** Files beyond this are not edited. */
const maxEditedBytes = 8_000_000

const written = z.object({ path: z.string(), sha256: z.string() })

/** What the tools work on. */
export interface WriteToolDeps {
  readonly workspace: Workspace
  /** Finds what an edit broke. @defaultValue none: nothing is looked for */
  readonly checkSyntax?: ApplyEditsDeps['checkSyntax']
}

const brokenSchema = z.boolean().default(false).describe('Write it even if it can be parsed no more')

/** Creates `write_file`, `edit_file` and `patch_file`. */
export function createWriteTools({ workspace, checkSyntax }: WriteToolDeps): readonly Tool[] {
  const assess = async (paths: readonly string[], verb: string): Promise<Assessment> => {
    try {
      const found = await Promise.all(paths.map((path) => workspace.locateForWriting(path)))
      const names = found.map(({ relative }) => relative)
      const reasons = found.map(({ relative, kind }) => `${kind === 'missing' ? 'creates' : verb} ${relative}`)
      if (names.some(isSecretPath))
        return { risk: { level: 'high', reasons: ['writes a file that may hold secrets', ...reasons] } }
      if (names.some(isSteeringPath))
        return { risk: { level: 'high', reasons: ['changes what other programs run', ...reasons] } }
      return { risk: { level: 'medium', reasons }, grant: `change ${names.join(', ')}` }
    } catch (error) {
      return refusal(error)
    }
  }

  /** What stands in files now, in one hash; of large ones their size alone. */
  const standing = async (paths: readonly string[]): Promise<string> => {
    const hashes = paths.map(async (path) => {
      const found = await workspace.locateForWriting(path)
      if (found.kind !== 'file') return found.kind
      await using file = await workspace.open(found)
      const { size } = await file.stat()
      return size > maxEditedBytes ? `${size} bytes` : hashOf(await file.readFile())
    })
    return hashOf(Buffer.from((await Promise.all(hashes)).join('\n')))
  }

  const write = createTool({
    name: 'write_file',
    description:
      'Writes a text file, with the folders it needs. "create" fails if it exists, "append" adds to its end. To change a part, use edit_file.',
    input: forgiving(
      z.object({
        path: pathSchema,
        content: z.string(),
        mode: z.enum(['overwrite', 'append', 'create']).default('overwrite'),
      }),
      {
        aliases: { path: pathNames, content: ['contents', 'text', 'data', 'body'] },
      },
    ),
    effect: 'write',
    reversible: true,
    timeoutMs: 30_000,
    assess: ({ path, mode }) => assess([path], mode === 'append' ? 'adds to' : 'overwrites'),
    // What is added to does not matter.
    basis: async ({ path, mode }) => (mode === 'append' ? undefined : standing([path])),
    run: ({ path, content, mode }, { signal }) =>
      workspace.exclusively(async () => {
        const found = await workspace.locateForWriting(path)
        const exists = found.kind === 'file'
        if (exists && mode === 'create') {
          throw new ToolError(`Cannot create "${found.relative}": it exists`, {
            kind: 'invalid',
            hint: 'Use mode "overwrite", or edit_file',
          })
        }
        const before = exists && mode === 'append' ? await textOf(workspace, found) : undefined
        const bytes =
          before === undefined
            ? Buffer.from(content.toWellFormed(), 'utf8')
            : encode(found, { ...before, text: before.text + content })
        signal.throwIfAborted()
        await workspace.commit([{ path: found, bytes }])
        return { path: found.relative, sizeBytes: bytes.length, sha256: hashOf(bytes), created: !exists }
      }),
    verify: (_, output) => verifyHashes(workspace, [written.parse(output)]),
  })

  /** Applies edits to what stands on the disk. Paths are taken as the workspace knows them. */
  const change = async (
    edits: readonly FileEdit[],
    { broken, signal }: { broken: boolean; signal: AbortSignal },
  ): Promise<readonly (EditedFile & { sha256: string | undefined })[]> => {
    const found = new Map<string, { path: WorkspacePath; decoded: DecodedText | undefined }>()
    const named: FileEdit[] = []
    for (const edit of edits)
      named.push(
        await withPaths(edit, async (path) => {
          const place = await workspace.locateForWriting(path)
          if (!found.has(place.relative))
            found.set(place.relative, {
              path: place,
              decoded: place.kind === 'file' ? await textOf(workspace, place) : undefined,
            })
          return place.relative
        }),
      )
    const result = await applyEdits({ read: async (path) => found.get(path)?.decoded?.text, checkSyntax }, named, {
      brokenSyntax: broken ? 'report' : 'refuse',
    })
    if (result.status === 'refused') {
      const [first] = result.problems
      const others = result.problems.slice(1).map(({ path, reason }) => `${path}: ${reason}`)
      const hunk = first?.hunk === undefined ? '' : `hunk ${first.hunk} to `
      const what = `${edits.length > 1 ? `edit ${(first?.edit ?? 0) + 1}, ` : ''}${hunk}"${first?.path}"`
      throw new ToolError(`Cannot apply ${what}: ${first?.reason}. Nothing was changed`, {
        kind: 'invalid',
        hint: [first?.excerpt ? `The file reads:\n${first.excerpt}` : '', ...others]
          .filter((line) => line !== '')
          .join('\n'),
      })
    }
    const changes = result.files.map((file): FileChange & { file: EditedFile } => {
      const place = found.get(file.path)
      if (place === undefined) throw new RangeError(`Cannot write "${file.path}": it was not looked up`)
      const decoded = place.decoded ?? { text: '', encoding: 'utf-8' }
      return {
        path: place.path,
        bytes: file.after === undefined ? undefined : encode(place.path, { ...decoded, text: file.after }),
        file,
      }
    })
    signal.throwIfAborted()
    await workspace.commit(changes)
    return changes.map(({ file, bytes }) => ({ ...file, sha256: bytes === undefined ? undefined : hashOf(bytes) }))
  }

  const edit = createTool({
    name: 'edit_file',
    description:
      'Replaces a passage of a file: "find" is quoted from the file, with enough lines to stand in one place; "all" replaces every place.',
    input: forgiving(
      z.object({
        path: pathSchema,
        find: z.string(),
        replace: z.string(),
        all: z.boolean().default(false),
        allowBroken: brokenSchema,
      }),
      {
        aliases: {
          path: pathNames,
          find: ['old', 'old_string', 'old_str', 'oldText', 'search'],
          replace: ['new', 'new_string', 'new_str', 'newText', 'replacement'],
          all: ['replace_all', 'replaceAll'],
        },
      },
    ),
    effect: 'write',
    reversible: true,
    timeoutMs: 30_000,
    assess: ({ path }) => assess([path], 'changes'),
    run: ({ path, find, replace, all, allowBroken }, { signal }) =>
      workspace.exclusively(async () => {
        const [file] = await change([{ type: 'replace', path, find, replace, all }], { broken: allowBroken, signal })
        if (file?.sha256 === undefined) throw new RangeError(`Cannot edit "${path}": it went away`)
        return { path: file.path, replacements: file.places.length, sha256: file.sha256, ...notesOn(file) }
      }),
    verify: (_, output) => verifyHashes(workspace, [written.parse(output)]),
  })

  const patch = createTool({
    name: 'patch_file',
    description:
      'Changes one or more files, all of it or nothing: a unified diff, SEARCH/REPLACE blocks under their path, "*** Begin Patch", or a fence headed by "path:3-7" for those lines. What is quoted must be from the files; line numbers may be off.',
    input: forgiving(
      z.object({
        patch: z.string().min(1),
        path: pathSchema.optional().describe('The file, where the patch names none'),
        allowBroken: brokenSchema,
      }),
      { aliases: { patch: ['diff', 'edits', 'content', 'text'], path: pathNames }, text: 'patch' },
    ),
    effect: 'write',
    reversible: true,
    timeoutMs: 60_000,
    async assess({ patch: text, path }) {
      const parsed = parseEdits(text, { path })
      if (parsed.status === 'refused')
        return {
          risk: { level: 'medium', reasons: [parsed.reason] },
          refuse: `the patch cannot be read: ${parsed.reason}`,
        }
      const assessment = await assess([...new Set(parsed.edits.flatMap(pathsOf))], 'changes')
      const deleted = deletedBy(parsed.edits)
      if (deleted.length === 0 || assessment.refuse !== undefined) return assessment
      return {
        risk: { level: 'high', reasons: [...deleted.map((name) => `deletes ${name}`), ...assessment.risk.reasons] },
      }
    },
    async basis({ patch: text, path }) {
      const parsed = parseEdits(text, { path })
      const deleted = parsed.status === 'refused' ? [] : deletedBy(parsed.edits)
      // The rest of a patch quotes what it changes.
      return deleted.length === 0 ? undefined : standing(deleted)
    },
    run: ({ patch: text, path, allowBroken }, { signal }) =>
      workspace.exclusively(async () => {
        const parsed = parseEdits(text, { path })
        if (parsed.status === 'refused')
          throw new ToolError(`Cannot apply the patch: ${parsed.reason}`, { kind: 'invalid' })
        const files = await change(parsed.edits, { broken: allowBroken, signal })
        return {
          files: files.map((file): { [key: string]: JsonValue } => ({
            path: file.path,
            ...(file.sha256 === undefined ? { deleted: true } : { sha256: file.sha256 }),
            ...notesOn(file),
          })),
        }
      }),
    async verify(_, output) {
      const { files } = z
        .object({ files: z.array(z.object({ path: z.string(), sha256: z.string().optional() })) })
        .parse(output)
      return verifyHashes(workspace, files)
    },
  })

  return [write, edit, patch]
}

/** Files that are not there afterwards, or go by another name. */
function deletedBy(edits: readonly FileEdit[]): string[] {
  return edits.flatMap((edit) =>
    edit.type === 'patch' && edit.from !== undefined && edit.from !== edit.to ? [edit.from] : [],
  )
}

/** The edit with its paths as `name` gives them. */
async function withPaths(edit: FileEdit, name: (path: string) => Promise<string>): Promise<FileEdit> {
  if (edit.type !== 'patch') return { ...edit, path: await name(edit.path) }
  const [from, to] = [edit.from, edit.to]
  return {
    ...edit,
    from: from === undefined ? undefined : await name(from),
    to: to === undefined ? undefined : await name(to),
  }
}

/** What the model should look at: places that are not as it quoted them, and what it broke. */
function notesOn({ places, problems }: EditedFile): { notes?: string[] } {
  const notes = [
    ...places.filter(({ difference }) => difference !== 'none').map(noteOn),
    ...problems.map(({ line, text }) => `line ${line} cannot be parsed: ${text}`),
  ]
  return notes.length === 0 ? {} : { notes }
}

function noteOn({ line, difference, confidence }: Placed): string {
  const share = difference === 'wording' ? `, ${Math.floor(100 * confidence)} % as quoted` : ''
  return `line ${line} was found although the quote differs in ${difference}${share}`
}

async function textOf(workspace: Workspace, path: WorkspacePath): Promise<DecodedText> {
  const bytes = await workspace.read(path)
  if (bytes.length > maxEditedBytes) {
    throw new ToolError(
      `Cannot edit "${path.relative}": it has ${bytes.length} bytes, at most ${maxEditedBytes} are edited`,
      { kind: 'invalid', hint: 'Use run_command' },
    )
  }
  const decoded = decodeText(bytes)
  if (decoded === undefined)
    throw new ToolError(`Cannot edit "${path.relative}": it is no text (${describeBinary(bytes)})`, { kind: 'invalid' })
  return decoded
}

function encode(path: WorkspacePath, decoded: DecodedText): Uint8Array {
  const bytes = encodeText({ ...decoded, text: decoded.text.toWellFormed() })
  if (bytes === undefined) {
    throw new ToolError(
      `Cannot write "${path.relative}": it is in an old single-byte encoding, which has no place for some of the characters`,
      {
        kind: 'invalid',
        hint: 'Use plain characters, or write the whole file with write_file, as UTF-8',
      },
    )
  }
  return bytes
}

async function verifyHashes(
  workspace: Workspace,
  files: readonly { path: string; sha256?: string | undefined }[],
): Promise<Verification> {
  for (const { path, sha256 } of files) {
    const found = await workspace.locate(path)
    if (
      sha256 === undefined
        ? found.kind !== 'missing'
        : found.kind !== 'file' || hashOf(await workspace.read(found)) !== sha256
    ) {
      return {
        passed: false,
        detail: sha256 === undefined ? `${path} is still there` : `${path} is not what was written`,
      }
    }
  }
  return {
    passed: true,
    detail: files.length === 1 ? 'the file on disk is what was written' : 'the files on disk are what was written',
  }
}
