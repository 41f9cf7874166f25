/** Tools that change the files of a workspace. */

import { z } from 'zod'
import { type Assessment, createTool, type JsonValue, type Tool, ToolError, type Verification } from '../../tool.js'
import { applyEdit } from '../../tools/edit.js'
import { forgiving, pathNames, pathSchema } from '../../tools/input.js'
import { applyHunks, type FilePatch, parsePatch } from '../../tools/patch.js'
import { isSecretPath, isSteeringPath } from '../../tools/paths.js'
import { refusal } from './read-tools.js'
import { type DecodedText, decodeText, describeBinary, encodeText } from './text-file.js'
import { type FileChange, hashOf, type Workspace, type WorkspacePath } from './workspace.js'

/** Files beyond this are not edited. */
const maxEditedBytes = 8_000_000

const written = z.object({ path: z.string(), sha256: z.string() })

/** Creates `write_file`, `edit_file` and `patch_file`. */
export function createWriteTools({ workspace }: { workspace: Workspace }): readonly Tool[] {
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

  const edit = createTool({
    name: 'edit_file',
    description:
      'Replaces a passage of a file: "find" is quoted from the file, with enough lines to stand in one place; "all" replaces every place.',
    input: forgiving(
      z.object({ path: pathSchema, find: z.string(), replace: z.string(), all: z.boolean().default(false) }),
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
    run: ({ path, find, replace, all }, { signal }) =>
      workspace.exclusively(async () => {
        const found = await workspace.locateForWriting(path)
        const before = await textOf(workspace, found)
        const result = applyEdit(before.text, { find, replace, all })
        if (result.status === 'refused') {
          throw new ToolError(`Cannot edit "${found.relative}": ${result.reason}`, {
            kind: 'invalid',
            hint: `The file reads:\n${result.excerpt}`,
          })
        }
        const bytes = encode(found, { ...before, text: result.text })
        signal.throwIfAborted()
        await workspace.commit([{ path: found, bytes }])
        return { path: found.relative, replacements: result.replacements, sha256: hashOf(bytes) }
      }),
    verify: (_, output) => verifyHashes(workspace, [written.parse(output)]),
  })

  const patch = createTool({
    name: 'patch_file',
    description:
      'Applies a unified diff to one or more files, all of it or nothing. Context must be quoted from the files; line numbers may be off.',
    input: forgiving(z.object({ patch: z.string().min(1) }), {
      aliases: { patch: ['diff', 'content', 'text'] },
      text: 'patch',
    }),
    effect: 'write',
    reversible: true,
    timeoutMs: 60_000,
    async assess({ patch: text }) {
      const parsed = parsePatch(text)
      if (parsed.status === 'refused')
        return {
          risk: { level: 'medium', reasons: [parsed.reason] },
          refuse: `the patch cannot be read: ${parsed.reason}`,
        }
      const paths = parsed.files
        .flatMap(({ from, to }) => [...new Set([from, to])])
        .filter((path) => path !== undefined)
      const assessment = await assess([...new Set(paths)], 'changes')
      const deleted = parsed.files
        .filter(({ from, to }) => from !== undefined && from !== to)
        .map(({ from }) => `deletes ${from}`)
      if (deleted.length === 0 || assessment.refuse !== undefined) return assessment
      return { risk: { level: 'high', reasons: [...deleted, ...assessment.risk.reasons] } }
    },
    run: ({ patch: text }, { signal }) =>
      workspace.exclusively(async () => {
        const parsed = parsePatch(text)
        if (parsed.status === 'refused')
          throw new ToolError(`Cannot apply the patch: ${parsed.reason}`, { kind: 'invalid' })
        const files = merge(parsed.files)
        const changes = (await Promise.all(files.map((file) => changesOf(workspace, file)))).flat()
        signal.throwIfAborted()
        await workspace.commit(changes)
        const done = changes.filter(({ bytes }) => bytes !== undefined)
        const result: { [key: string]: JsonValue }[] = done.map(({ path, bytes, hunks }) => ({
          path: path.relative,
          hunks,
          sha256: hashOf(bytes ?? new Uint8Array()),
        }))
        const gone = changes
          .filter(({ bytes }) => bytes === undefined)
          .map(({ path, hunks }) => ({ path: path.relative, hunks, deleted: true }))
        return { files: [...result, ...gone] }
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

/** Hunks for one file may come under several headers. */
function merge(files: readonly FilePatch[]): FilePatch[] {
  const merged = new Map<string, FilePatch>()
  for (const file of files) {
    const key = `${file.from ?? ''}\0${file.to ?? ''}`
    merged.set(key, { ...file, hunks: [...(merged.get(key)?.hunks ?? []), ...file.hunks] })
  }
  return [...merged.values()]
}

async function changesOf(
  workspace: Workspace,
  { from, to, hunks }: FilePatch,
): Promise<(FileChange & { hunks: number })[]> {
  const source = from === undefined ? undefined : await workspace.locateForWriting(from)
  const target = to === undefined ? undefined : await workspace.locateForWriting(to)
  const path = target ?? source
  if (path === undefined) return []
  if (target?.kind === 'file' && target.absolute !== source?.absolute) {
    throw new ToolError(`Cannot create "${target.relative}": it exists`, {
      kind: 'invalid',
      hint: 'Start the patch with "--- a/path" to change it',
    })
  }
  const before: DecodedText = source === undefined ? { text: '', encoding: 'utf-8' } : await textOf(workspace, source)
  const result = applyHunks(before.text, hunks)
  if (result.status === 'refused') {
    throw new ToolError(
      `Cannot apply hunk ${result.hunk} to "${path.relative}": ${result.reason}. Nothing was changed`,
      {
        kind: 'invalid',
        hint: `The file reads:\n${result.excerpt}`,
      },
    )
  }
  if (target === undefined) {
    if (result.text !== '')
      throw new ToolError(`Cannot delete "${path.relative}": the patch leaves text in it. Nothing was changed`, {
        kind: 'invalid',
      })
    return [{ path, bytes: undefined, hunks: hunks.length }]
  }
  const changed = { path: target, bytes: encode(target, { ...before, text: result.text }), hunks: hunks.length }
  return source === undefined || source.absolute === target.absolute
    ? [changed]
    : [changed, { path: source, bytes: undefined, hunks: 0 }]
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
