/** What git commands do. */

import { afterFlags, hasFlag, operandsOf, type Rule, type Scope, type Verdict } from './scope.js'
import { literal, type Value } from './word.js'

/** Settings that name no program, file or address. All others can make git run one. */
const harmlessSetting =
  /^(?:user\.(?:name|email)|color\..*|advice\..*|core\.(?:autocrlf|quotepath|abbrev|longpaths|eol|filemode|ignorecase)|commit\.gpgsign|tag\.gpgsign|init\.defaultbranch|diff\.(?:context|algorithm|renames|mnemonicprefix|noprefix)|log\..*|rebase\.auto.*|merge\.(?:conflictstyle|ff)|push\.(?:default|autosetupremote)|pull\.(?:rebase|ff)|fetch\.prune|safe\.directory|gc\.auto|rerere\..*|column\..*|format\.pretty|status\..*)$/i

const readers =
  /^(?:status|log|diff|show|blame|annotate|ls-files|ls-tree|rev-parse|rev-list|describe|shortlog|cat-file|grep|count-objects|check-ignore|check-attr|name-rev|merge-base|for-each-ref|version|help|var|whatchanged|diff-tree|diff-index|diff-files|show-ref|show-branch|cherry|range-diff|verify-commit|verify-tag|fsck)$/

const destroyers =
  /^(?:filter-branch|filter-repo|update-ref|replace|prune|pack-refs|daemon|send-email|credential.*|fast-import|instaweb|hook|svn|p4|upload-pack|receive-pack|shell|difftool|mergetool|update-index|read-tree|symbolic-ref|lfs)$/

const writers: Readonly<Record<string, string>> = {
  add: 'stages files',
  commit: 'makes a commit',
  am: 'applies patches',
  apply: 'changes files',
  'cherry-pick': 'makes commits',
  revert: 'makes commits',
  merge: 'merges commits',
  mv: 'moves files',
  init: 'creates a repository',
  archive: 'writes files',
  bundle: 'writes files',
  'format-patch': 'writes files',
  'sparse-checkout': 'changes the working tree',
  gc: 'packs the repository',
  maintenance: 'packs the repository',
  notes: 'changes notes',
  'commit-tree': 'makes a commit',
  'ls-remote': 'uses the network',
  fetch: 'uses the network',
  pull: 'uses the network and merges',
  clone: 'uses the network',
  rebase: 'rewrites commits',
  reset: 'moves the branch or the index',
  switch: 'changes the working tree',
}

/** Assesses a git command with its global options. */
export const git: Rule = (args, scope) => {
  const globals = args.slice(
    0,
    args.length -
      afterFlags(args, /^(?:-C|-c|--git-dir|--work-tree|--namespace|--exec-path|--config-env|--super-prefix)$/).length,
  )
  const [command, ...rest] = args.slice(globals.length)
  for (const [index, { text }] of globals.entries()) {
    const next = globals[index + 1] ?? literal('')
    if (text === '-C') scope.moveTo(next)
    else if (text === '-c' || text === '--config-env') setting(next.text.split('=')[0] ?? '', scope)
    else if (/^--config-env=/.test(text)) setting(text.slice(13).split('=')[0] ?? '', scope)
    else if (/^--exec-path=?/.test(text) && text !== '--exec-path') scope.raise('high', 'runs git from elsewhere')
    else if (/^--(?:git-dir|work-tree)/.test(text))
      scope.writes([text.includes('=') ? { ...next, text: text.slice(text.indexOf('=') + 1) } : next])
  }
  if (command === undefined) return { level: 'low', grant: 'git' }
  if (command.dynamic || command.pattern) return { level: 'high', reason: 'runs a git command computed when it runs' }
  const verdict = subcommand(command.text, rest, scope)
  return { grant: `git ${command.text}`, ...verdict }
}

function setting(key: string, scope: Scope): void {
  if (!harmlessSetting.test(key)) scope.raise('high', `sets ${key}, which can make git run programs`)
}

function subcommand(name: string, args: readonly Value[], scope: Scope): Verdict {
  const operands = operandsOf(
    args,
    /^(?:-m|-F|-C|-S|-G|-L|-n|--author|--date|--format|--pretty|--since|--until|--grep|-b|-B|-o|--message)$/,
  )
  const first = operands[0]?.text
  const any = (pattern: RegExp): boolean => hasFlag(args, pattern)
  const paths = operands.filter(({ text }) => /^(?:\/|~|\.\.?\/|\.\.$)/.test(text))
  if (
    any(/^--(?:ext-diff|textconv|upload-pack|receive-pack|exec|open-files-in-pager|template|pager)(?:=|$)|^-O./) ||
    (name === 'grep' && any(/^-O/))
  ) {
    scope.raise('high', 'may run another program')
  }
  if (args.some(({ text }) => /^(?:ext|fd)::/.test(text))) scope.raise('high', 'runs a program as transport')
  if (any(/^--output(?:-directory)?(?:=|$)|^-o./)) {
    scope.raise('medium', 'writes a file')
    scope.writes(
      args
        .filter(({ text }) => /^--output/.test(text))
        .map((arg) => ({ ...arg, text: arg.text.replace(/^[^=]*=?/, '') || '.' })),
    )
  }

  if (readers.test(name)) {
    scope.reads(paths)
    return { level: 'low' }
  }
  if (destroyers.test(name)) return { level: 'high', reason: `git ${name} changes history, settings or runs programs` }
  switch (name) {
    case 'branch':
    case 'tag':
      if (any(/^(?:-[a-zA-Z]*[DMCf]|--force)/)) return { level: 'high', reason: `replaces or deletes a ${name}` }
      if (any(/^(?:-d|--delete|-m|--move)/)) return { level: 'medium', reason: `deletes or renames a ${name}` }
      return operands.length === 0 ||
        any(/^(?:-l|--list|--show-current|--contains|--merged|--no-merged|--points-at|-n\d*)/)
        ? { level: 'low' }
        : { level: 'medium', reason: `creates a ${name}` }
    case 'remote':
      if (first === undefined || first === 'get-url') return { level: 'low' }
      return first === 'set-url' || first === 'remove' || first === 'rm'
        ? { level: 'high', reason: 'changes where commits go' }
        : { level: 'medium', reason: 'changes or asks a remote', grant: `git remote ${first}` }
    case 'stash':
      if (first === 'list' || first === 'show') return { level: 'low', grant: `git stash ${first}` }
      return first === 'drop' || first === 'clear'
        ? { level: 'high', reason: 'deletes stashed changes' }
        : { level: 'medium', reason: 'moves changes to or from the stash' }
    case 'config':
      if (any(/^(?:--get.*|--list|-l|--show-origin)$/) || first === 'get' || first === 'list') return { level: 'low' }
      setting((first === 'set' || first === 'unset' ? operands[1]?.text : first) ?? '', scope)
      if (any(/^--(?:global|system|file|worktree)|^-f|^-e|^--edit/))
        return { level: 'high', reason: 'changes settings beyond the repository' }
      return { level: 'medium', reason: 'changes settings of the repository' }
    case 'reflog':
      return first === 'expire' || first === 'delete' ? { level: 'high', reason: 'deletes history' } : { level: 'low' }
    case 'worktree':
    case 'submodule': {
      if (first === 'foreach') scope.script(joined(operands.slice(1)))
      if (first === 'list' || first === 'status') return { level: 'low' }
      if (any(/^(?:-f|--force)$/) || first === 'deinit') return { level: 'high', reason: `removes a ${name} by force` }
      scope.writes(paths)
      return { level: 'medium', reason: `changes ${name}s`, grant: `git ${name} ${first ?? ''}`.trim() }
    }
    case 'bisect':
      if (first === 'run') scope.run(args.slice(1))
      return {
        level: first === 'log' ? 'low' : 'medium',
        reason: 'changes the working tree',
        grant: `git bisect ${first ?? ''}`.trim(),
      }
    case 'push':
      if (
        any(/^(?:-[a-zA-Z]*[fd][a-zA-Z]*|--force.*|--mirror|--delete|--prune|--all)$/) ||
        operands.some(({ text }) => /^[+:]/.test(text))
      ) {
        return { level: 'high', reason: 'rewrites or deletes what others see' }
      }
      if (operands.some(({ dynamic }) => dynamic)) scope.raise('high', 'publishes to a place computed when it runs')
      return { level: 'medium', reason: 'publishes commits' }
    case 'checkout': {
      const files =
        args.some(({ text }) => text === '--') ||
        operands.length > 1 ||
        operands.some(({ text }) => /^(?:\.|\.\/.*|:.*)$|\.[a-z]{1,5}$|\*/.test(text))
      const creates = any(/^(?:-b|--orphan|--track|-t)$/)
      return any(/^(?:-[a-zA-Z]*f|--force|-B|--ours|--theirs)/) || (files && !creates)
        ? { level: 'high', reason: 'may discard changes' }
        : { level: 'medium', reason: 'changes the working tree' }
    }
    case 'restore':
      return any(/^(?:--staged|-S)$/) && !any(/^(?:--worktree|-W)$/)
        ? { level: 'medium', reason: 'unstages files' }
        : { level: 'high', reason: 'discards changes' }
    case 'reset':
      if (any(/^--(?:hard|merge|keep)$/)) return { level: 'high', reason: 'discards changes' }
      break
    case 'switch':
      if (any(/^(?:-f|--force|--discard-changes|-C|--force-create)/))
        return { level: 'high', reason: 'may discard changes' }
      break
    case 'clean':
      return any(/^(?:-[a-zA-Z]*n|--dry-run)/) && !any(/^(?:-[a-zA-Z]*f|--force)/)
        ? { level: 'low' }
        : { level: 'high', reason: 'deletes files that git does not know' }
    case 'rm':
      return any(/^--cached$/)
        ? { level: 'medium', reason: 'unstages files' }
        : any(/^-[a-zA-Z]*[rf]/)
          ? { level: 'high', reason: 'deletes files' }
          : { level: 'medium', reason: 'deletes files' }
    case 'rebase': {
      const at = args.findIndex(({ text }) => /^(?:-x|--exec)/.test(text))
      const inline = args[at]?.text.replace(/^(?:-x|--exec=?)/, '')
      if (at >= 0) scope.script(inline === undefined || inline === '' ? (args[at + 1] ?? literal('')) : literal(inline))
      break
    }
    case 'clone':
      for (const [index, { text }] of args.entries()) {
        if (text === '-c' || text === '--config') setting(args[index + 1]?.text.split('=')[0] ?? '', scope)
        else if (/^(?:-u|--config=)/.test(text)) setting(text.replace(/^--config=/, '').split('=')[0] ?? '', scope)
      }
      scope.writes(paths)
      break
    case 'add':
      scope.reads(operands)
      break
  }
  if (/^(?:archive|bundle|format-patch|init|mv|rm)$/.test(name))
    scope.writes(
      args
        .filter(({ text }) => /^(?:-o|--output(?:-directory)?=)?(?:\/|~|\.\.)/.test(text))
        .map((arg) => ({ ...arg, text: arg.text.replace(/^(?:-o|--[a-z-]+=)/, '') })),
    )
  const reason = writers[name]
  return reason === undefined
    ? { level: 'medium', reason: `git ${name} is not known`, grant: undefined }
    : { level: 'medium', reason }
}

function joined(values: readonly Value[]): Value {
  return { ...literal(values.map(({ text }) => text).join(' ')), dynamic: values.some(({ dynamic }) => dynamic) }
}
