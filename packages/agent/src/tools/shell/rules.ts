/** Programs that a table cannot describe: those that run other programs or code, and those whose arguments decide. */

import { classifyAddress } from '@salp/core'
import { isSecretPath } from '../paths.js'
import { git } from './git.js'
import type { Level } from './programs.js'
import { afterFlags, flagsOf, hasFlag, operandsOf, type Rule, type Scope, type Verdict } from './scope.js'
import { holdsCommand, literal, type Value } from './word.js'

const rules = new Map<string, Rule>()

function add(names: string, rule: Rule): void {
  for (const name of names.split(' ')) rules.set(name, rule)
}

/** Finds the rule for a program; a version at the end of its name does not count. */
export function ruleOf(name: string): Rule | undefined {
  return rules.get(name) ?? rules.get(name.replace(/[-.]?\d+(?:\.\d+)*$/, ''))
}

/** Something at hand that only carries another command. */
const carrier: Verdict = { level: 'low' }

/** A wrapper that runs what follows its flags. */
function wrapper(valueFlags?: RegExp, { skip = 0 }: { skip?: number } = {}): Rule {
  return (args, scope, call) => {
    scope.run(afterFlags(args, valueFlags).slice(skip), call.input)
    return carrier
  }
}

/** A wrapper that hands out rights the agent does not have. */
function privileged(valueFlags: RegExp, { skip = 0 }: { skip?: number } = {}): Rule {
  return (args, scope, call) => {
    const inline = args.findIndex(({ text }) => /^(?:-[a-z]*c|--command)$/.test(text))
    if (inline >= 0) scope.script(args[inline + 1] ?? literal(''))
    else scope.run(afterFlags(args, valueFlags).slice(skip), call.input)
    return { level: 'high', reason: 'runs with other rights' }
  }
}

const joined = (values: readonly Value[]): Value => ({
  ...literal(values.map(({ text }) => text).join(' ')),
  dynamic: values.some(({ dynamic }) => dynamic),
})

// Shells

add('sh bash zsh dash ksh mksh ash rbash', (args, scope, call) => {
  const at = args.findIndex(({ text }) => /^-[a-zA-Z]*c[a-zA-Z]*$/.test(text))
  if (hasFlag(args, /^--(?:rcfile|init-file)|^-[a-zA-Z]*O/)) scope.raise('high', 'loads code into a shell')
  if (at >= 0) {
    const text = args.slice(at + 1).find((arg) => !/^[-+]./.test(arg.text))
    if (text !== undefined) scope.script(text)
    return text === undefined ? { level: 'medium', reason: 'starts a shell' } : carrier
  }
  if (flagsOf(args).length > 0 && args.every(({ text }) => /^--(?:version|help)$/.test(text)))
    return { level: 'low', grant: 'sh --version' }
  const reads = hasFlag(args, /^-[a-zA-Z]*s/)
  return runsFile(reads ? undefined : operandsOf(args, /^-o$/)[0], scope, call.input, (text) => scope.script(text))
})
add('fish csh tcsh pwsh powershell cmd nu xonsh elvish wsl', () => ({
  level: 'high',
  reason: 'runs a shell whose language is not analysed',
}))
add('busybox toybox', wrapper())
add('eval', (args, scope) => {
  scope.script(joined(args))
  return carrier
})
add('source .', (args, scope, call) => {
  const [file] = args
  if (file !== undefined && /^\/dev\/(?:stdin|fd\/0)$/.test(file.text))
    return runsFile(undefined, scope, call.input, (text) => scope.script(text))
  return runsFile(file, scope, { from: 'caller' }, () => undefined)
})
add('trap', (args, scope) => {
  const [handler] = operandsOf(args)
  if (handler !== undefined && handler.text !== '-' && args.length > 1) scope.script(handler)
  return { level: 'low', grant: 'trap' }
})
add('alias', (args, scope) => {
  for (const arg of args)
    if (arg.text.includes('=')) scope.script({ ...arg, text: arg.text.slice(arg.text.indexOf('=') + 1) })
  return { level: 'medium', reason: 'gives commands another meaning' }
})
add('cd pushd popd', (args, scope) => {
  scope.moveTo(operandsOf(args)[0] ?? literal('~'))
  return { level: 'low', grant: 'cd' }
})
add('export readonly declare typeset local', (args, scope) => {
  for (const arg of args) {
    if (holdsCommand(arg)) scope.raise('high', 'may evaluate text that holds a command')
    const split = arg.text.indexOf('=')
    if (split > 0) scope.assigns(arg.text.slice(0, split), { ...arg, text: arg.text.slice(split + 1) })
    else if (arg.dynamic) scope.raise('high', 'sets a variable whose name is computed')
  }
  return { level: 'low', grant: 'export' }
})
/** Builtins whose arguments name variables: a subscript in a name is evaluated, and the variable may steer programs. */
add('read mapfile readarray getopts unset let test [ printf', (args, scope, _, name) => {
  if (hasFlag(args, /^-C/)) scope.raise('high', 'runs code for each line')
  const variables = name === 'printf' ? args.filter((__, index) => args[index - 1]?.text === '-v') : args
  if (variables.some(holdsCommand)) scope.raise('high', 'may evaluate text that holds a command')
  if (!/^(?:test|\[)$/.test(name))
    for (const { text } of variables) scope.assigns(text, { ...literal('?'), dynamic: true })
  return { level: 'low', grant: name }
})
add('ps', (args, scope) => {
  if (args.some(({ text }) => /^[a-zA-Z]*e|^-[a-zA-Z]*E/.test(text)))
    scope.raise('high', 'shows the environment of processes')
  return { level: 'low', grant: 'ps' }
})
add('vi vim nvim view ex ed emacs nano pico joe micro kak hx code subl', (args, scope, call) => {
  if (
    call.input.from !== 'caller' ||
    args.some(({ text }) => /^-[a-zA-Z]*[cSsel]|^--(?:cmd|eval|batch|load|script)|^\+/.test(text))
  ) {
    scope.raise('high', 'runs commands inside an editor')
  }
  scope.writes(operandsOf(args))
  return { level: 'medium', reason: 'opens an editor' }
})

/** What runs `file`, or else what it reads. */
function runsFile(
  file: Value | undefined,
  scope: Scope,
  input: Parameters<Rule>[2]['input'],
  inline: (text: Value) => void,
): Verdict {
  if (file?.process === true) return { level: 'high', reason: 'runs what another command prints' }
  if (file !== undefined && file.text !== '-' && !/^\/dev\/(?:stdin|fd\/0)$/.test(file.text)) {
    const place = scope.place(file)
    return place === 'inside'
      ? { level: 'medium', reason: 'runs a script' }
      : {
          level: 'high',
          reason:
            place === 'unknown' ? 'runs a script computed when it runs' : 'runs a script from outside the workspace',
        }
  }
  if (input.from === 'pipe') return { level: 'high', reason: 'runs what another command prints' }
  if (input.from === 'text') {
    inline(input.text)
    return { level: 'medium', reason: 'runs code given in the command' }
  }
  return { level: 'medium', reason: input.from === 'file' ? 'runs a script' : 'starts an interpreter' }
}

// Wrappers

add('command builtin', (args, scope, call) => {
  if (hasFlag(args.slice(0, 1), /^-[vV]/)) return { level: 'low', grant: 'command -v' }
  scope.run(afterFlags(args), call.input)
  return carrier
})
add('exec', wrapper(/^-a$/))
add('time gtime', (args, scope, call) => {
  const rest = afterFlags(args, /^(?:-o|--output|-f|--format)$/)
  const flags = args.slice(0, args.length - rest.length)
  const output = flags.filter(
    ({ text }, index) => /^(?:-o|--output)$/.test(flags[index - 1]?.text ?? '') || /^(?:-o.|--output=)/.test(text),
  )
  if (output.length > 0) scope.raise('medium', 'writes a file')
  scope.writes(output.map((arg) => ({ ...arg, text: arg.text.replace(/^(?:-o|--output=)/, '') })))
  scope.run(rest, call.input)
  return carrier
})
add(
  'nohup setsid unbuffer chronic caffeinate stdbuf rlwrap systemd-inhibit dbus-run-session xvfb-run faketime',
  wrapper(/^(?:-i|-o|-e|-n|-s|--server-args|--auto-servernum)$/),
)
add('nice', wrapper(/^(?:-n|--adjustment)$/))
add('ionice', wrapper(/^-[cnpPu]$/))
add('chrt taskset', wrapper(/^-p$/, { skip: 1 }))
add('timeout gtimeout', wrapper(/^(?:-s|-k|--signal|--kill-after)$/, { skip: 1 }))
add('flock', (args, scope) => {
  const [, ...rest] = afterFlags(args, /^(?:-w|-E|--wait|--timeout)$/)
  if (rest[0]?.text === '-c') scope.script(rest[1] ?? literal(''))
  else scope.run(rest)
  return carrier
})
add('watch', (args, scope) => {
  scope.script(joined(afterFlags(args, /^(?:-n|--interval)$/)))
  return carrier
})
add('env', (args, scope, call) => {
  let rest = args
  while (rest.length > 0) {
    const [arg, ...others] = rest
    if (arg === undefined) break
    const assignment = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(arg.text)
    if (assignment?.[1] !== undefined) scope.assigns(assignment[1], { ...arg, text: assignment[2] ?? '' })
    else if (/^(?:-S|--split-string)/.test(arg.text)) {
      const inline = arg.text.replace(/^(?:-S|--split-string=?)/, '')
      scope.script(joined([...(inline === '' ? [] : [{ ...arg, text: inline }]), ...others]))
      return carrier
    } else if (/^(?:-u|--unset|-C|--chdir)$/.test(arg.text)) {
      if (/^(?:-C|--chdir)/.test(arg.text)) scope.moveTo(others[0] ?? literal('~'))
      rest = others.slice(1)
      continue
    } else if (!/^-/.test(arg.text)) break
    rest = others
  }
  if (rest.length === 0) return { level: 'medium', reason: 'shows the environment' }
  scope.run(rest, call.input)
  return carrier
})
add('sudo doas pkexec', privileged(/^-[ugCDhprTtUR]$/))
add('su runuser', privileged(/^-[ugGs]$/, { skip: 1 }))
add('chroot nsenter unshare setpriv capsh firejail bwrap fakeroot setarch', privileged(/^-[tSGm]$/, { skip: 0 }))
add('xargs gxargs', (args, scope) => {
  const valueFlags = /^(?:-[InPLdasE]|--(?:replace|max-args|max-procs|max-lines|delimiter|arg-file|max-chars|eof))$/
  const rest = afterFlags(args, valueFlags)
  const flags = args.slice(0, args.length - rest.length)
  const valuesOf = (flag: RegExp): Value[] => flags.filter((_, index) => flag.test(flags[index - 1]?.text ?? ''))
  scope.reads(valuesOf(/^(?:-a|--arg-file)$/))
  const marks = [
    '{}',
    ...valuesOf(/^(?:-I|--replace)$/).map(({ text }) => text),
    ...flags.map(({ text }) => /^(?:-I|-i|--replace=)(.+)$/.exec(text)?.[1] ?? ''),
  ]
  const filled = rest.map((arg) =>
    marks.some((mark) => mark !== '' && arg.text.includes(mark)) ? { ...arg, dynamic: true } : arg,
  )
  scope.run(rest.length === 0 ? [literal('echo')] : [...filled, { ...literal('{}'), dynamic: true }], { from: 'pipe' })
  return carrier
})
add('parallel', (args, scope) => {
  const end = args.findIndex(({ text }) => /^:::/.test(text))
  scope.script({
    ...joined(afterFlags(args.slice(0, end < 0 ? undefined : end), /^(?:-j|--jobs|-a|--arg-file)$/)),
    dynamic: true,
  })
  return carrier
})
add('entr', wrapper())

add('find gfind', (args, scope) => {
  const start = args.findIndex(({ text }) => /^(?:[(!]|-(?![HLPOD]))/.test(text))
  scope.reads(operandsOf(args.slice(0, start < 0 ? undefined : start)))
  for (const [index, { text }] of args.entries()) {
    if (text === '-delete') scope.raise('high', 'deletes the files it finds')
    else if (/^-(?:exec|execdir|ok|okdir)$/.test(text)) {
      const rest = args.slice(index + 1)
      const end = rest.findIndex((arg, at) => arg.text === ';' || (arg.text === '+' && rest[at - 1]?.text === '{}'))
      scope.run(
        rest
          .slice(0, end < 0 ? undefined : end)
          .map((arg) => (arg.text.includes('{}') ? { ...arg, dynamic: true } : arg)),
      )
    } else if (/^-(?:fprintf?|fprint0|fls)$/.test(text)) {
      scope.raise('medium', 'writes a file')
      scope.writes(args.slice(index + 1, index + 2))
    }
  }
  if (args.some(({ dynamic, text }) => dynamic && !text.includes('{}')))
    scope.raise('medium', 'has arguments computed when it runs')
  return { level: 'low', grant: 'find' }
})
add('fd fdfind', (args, scope) => {
  const at = args.findIndex(({ text }) => /^(?:-[xX]|--exec|--exec-batch)$/.test(text))
  scope.reads(operandsOf(args.slice(0, at < 0 ? undefined : at), /^-[eEtdcgSo]$/).slice(1))
  if (at >= 0) scope.run([...args.slice(at + 1), { ...literal('{}'), dynamic: true }])
  return { level: 'low', grant: 'fd' }
})

// Interpreters

/** Words in code that reach beyond the interpreter: processes, files, sockets, and code made of data. */
const reaching =
  /\b(?:system|popen|p?open[23]|exec[lv]?[pe]*|spawn\w*|subprocess|child_process|rmtree|unlink\w*|rm(?:dir)?(?:Sync)?|remove\w*|delete|eval|compile|__import__|importlib|fork|kill|socket|urllib\d?|requests|httpx?|https?|fetch|net|dgram|ctypes|pty|base64|b64decode|b64|atob|fromCharCode|chr|unhexlify|fromhex|codecs|marshal|pickle|getattr|globals|__builtins__|environ|getenv|ENV|write\w*|append\w*|truncate|rename\w*|copy\w*|chmod|chown|symlink\w*|shutil|shell_exec|passthru|proc_open|qx|Function|constructor|process|Deno|Bun|require|import\()\b|`|open\([^)]*['"][rb+]*[wax]|-rf\b|>\s*\/|import\(/

/** Raises for code that stands in the command. Reading it is a person's part; this only sees that it reaches out. */
function inlineCode(text: Value, scope: Scope): Verdict {
  if (text.dynamic) scope.raise('high', 'runs code computed when it runs')
  else if (reaching.test(text.text))
    scope.raise('high', 'runs code that may change files, start programs or use the network')
  for (const match of text.text.matchAll(/[\w~./\\-]{2,}/g)) {
    if (isSecretPath(match[0])) scope.raise('high', 'names a file that may hold secrets')
    else if (/^(?:~|\/[\w.]|\.\.\/)/.test(match[0]) && scope.place(literal(match[0])) === 'outside')
      scope.raise('high', 'names paths outside the workspace')
  }
  return { level: 'medium', reason: 'runs code given in the command' }
}

function interpreter(codeFlag: RegExp, valueFlags: RegExp): Rule {
  return (args, scope, call, name) => {
    if (args.length > 0 && args.every(({ text }) => /^(?:--version|-V|-v|--help|-h|version)$/.test(text)))
      return { level: 'low', grant: 'show a version' }
    let verdict: Verdict | undefined
    for (const [index, arg] of args.entries()) {
      if (!/^-./.test(arg.text)) {
        if (!valueFlags.test(args[index - 1]?.text ?? '')) break
        continue
      }
      const match = codeFlag.exec(arg.text)
      if (match === null) continue
      const glued = match[1] ?? ''
      const code = glued !== '' ? { ...arg, text: glued } : (args[index + 1] ?? literal(''))
      verdict = inlineCode(code, scope)
    }
    if (verdict !== undefined) {
      scope.reads(operandsOf(args).slice(1))
      return verdict
    }
    const module = args.findIndex(({ text }) => text === '-m')
    if (module >= 0) {
      const [name, ...rest] = args.slice(module + 1)
      if (name?.text === 'http.server') return { level: 'high', reason: 'serves files to the network' }
      if (name !== undefined && /^(?:pip|ensurepip|venv|pytest|unittest|mypy|ruff|black)$/.test(name.text))
        scope.run([name, ...rest])
      return { level: 'medium', reason: 'runs a module' }
    }
    const [script, ...rest] = operandsOf(args, valueFlags)
    if (
      script !== undefined &&
      /^(?:deno|bun)$/.test(name) &&
      /^(?:run|test|check|fmt|lint|task|bench|build|install|add|x|eval|repl|publish|upgrade|cache|compile|serve)$/.test(
        script.text,
      )
    )
      return subcommandOfRuntime(script.text, rest, scope)
    scope.reads(rest)
    return runsFile(script, scope, call.input, (text) => void inlineCode(text, scope))
  }
}

function subcommandOfRuntime(name: string, rest: readonly Value[], scope: Scope): Verdict {
  if (name === 'eval') return inlineCode(joined(rest), scope)
  if (/^(?:publish|upgrade)$/.test(name)) return { level: 'high', reason: 'publishes or replaces the runtime' }
  if (name === 'x' || rest.some(({ text }) => /^(?:https?|npm|jsr):/.test(text)))
    return { level: 'high', reason: 'downloads code and runs it' }
  return { level: 'medium', reason: 'runs code of the project', grant: undefined }
}

add('python pypy ipython', interpreter(/^-[bBdEiIOqsSuvx]*c(.*)$/, /^-[WXQ]$/))
add(
  'node nodejs tsx ts-node deno bun',
  interpreter(
    /^(?:-[a-z]*[ep]|-pe|--eval|--print)(?:=([\s\S]*))?$/,
    /^(?:-r|--require|--import|--loader|--conditions|-C|--env-file)$/,
  ),
)
add('ruby', interpreter(/^-[a-zA-Z0-9]*e(.*)$/, /^-[rIC]$/))
add('perl', interpreter(/^-[a-zA-Z0-9]*[eE](.*)$/, /^$/))
add('php', interpreter(/^(?:-[rBREF]|--run)(.*)$/, /^-[cdz]$/))
add('lua luajit', interpreter(/^-e(.*)$/, /^-l$/))
add(
  'Rscript rscript R julia osascript tclsh wish java groovy scala kotlin swift racket guile clojure ghc runghc runhaskell ocaml octave gawk-run dart crystal nim v iex irb',
  interpreter(/^(?:-e|-E|--eval|--execute)(.*)$/, /^(?:-l|-cp|-classpath)$/),
)

add('awk gawk mawk nawk', (args, scope) => {
  const operands = operandsOf(args, /^-[vFf]$/)
  const fromFile = hasFlag(args, /^(?:-f|--file|-i|--include|-l|--load|-E|--exec)/)
  if (fromFile) return { level: 'medium', reason: 'runs a script' }
  const [script, ...files] = operands
  scope.reads(files)
  if (script === undefined) return { level: 'low', grant: 'awk' }
  if (script.dynamic) scope.raise('high', 'runs code computed when it runs')
  if (/>\s*"(?:\/|~|\.\.)/.test(script.text)) scope.raise('high', 'may write outside the workspace from awk')
  if (/system\s*\(|\||@load|@include|getline\s*<|\/inet/.test(script.text.replaceAll('||', '')))
    scope.raise('high', 'runs programs or uses the network from awk')
  else if (/print[^;}]*>|close\s*\(|getline|ARGV|ENVIRON|FILENAME\s*=[^=]/.test(script.text))
    scope.raise('medium', 'may write files from awk')
  return { level: 'low', grant: 'awk' }
})

/** Scripts of sed made of printing, deleting and replacing only; `e`, `w` and `r` are left out on purpose. */
const plainSed =
  /^(?:\s*(?:\d+|\$|\/(?:[^/\\\n]|\\.)*\/I?)?(?:,(?:\+?\d+|\$|\/(?:[^/\\\n]|\\.)*\/I?))?\s*!?\s*(?:[pdq=nNGhHx]|s([/|#,:@!])(?:(?!\1)[^\\\n]|\\.)*\1(?:(?!\1)[^\\\n]|\\.)*\1[gpIi\d]*)?\s*(?:;|\n|$))+$/

add('sed gsed', (args, scope) => {
  const scripts = args.filter((_, index) => /^(?:-[nErsuz]*e|--expression)$/.test(args[index - 1]?.text ?? ''))
  const glued = args
    .filter(({ text }) => /^--expression=/.test(text))
    .map((arg) => ({ ...arg, text: arg.text.slice(13) }))
  const operands = operandsOf(args, /^(?:-[nErsuz]*e|--expression|-f|--file|-l)$/)
  const explicit = [...scripts, ...glued]
  const files = explicit.length > 0 || hasFlag(args, /^(?:-f|--file)/) ? operands : operands.slice(1)
  const inPlace = hasFlag(args, /^(?:-[a-zA-Z]*i|--in-place)/)
  if (inPlace) scope.writes(files)
  else scope.reads(files)
  if (hasFlag(args, /^(?:-[nErsuz]*f|--file)/)) return { level: 'medium', reason: 'runs a script' }
  for (const script of explicit.length > 0 ? explicit : operands.slice(0, 1)) {
    if (script.dynamic) scope.raise('medium', 'runs a sed script computed when it runs')
    else if (/[rRwW]\s*(?:\/|~|\.\.)/.test(script.text) && !plainSed.test(script.text))
      scope.raise('high', 'may read or write outside the workspace from sed')
    else if (/(?:^|[;{}\n\s\d$/])e(?:\s|$)|([/|#,:@!])[gpIi\d]*e[gpIi\d]*\s*(?:;|\}|\n|$)/.test(script.text))
      scope.raise('high', 'may run programs from sed')
    else if (!plainSed.test(script.text)) scope.raise('medium', 'may read or write files from sed')
  }
  return inPlace
    ? { level: 'medium', reason: 'changes files in place', grant: 'sed -i' }
    : { level: 'low', grant: 'sed' }
})

// Network

const upload =
  /^(?:-[a-zA-Z#]*[dFT]|--(?:data|form|upload-file|json|url-query|post-data|post-file|body)(?:-[a-z]+)?(?:=|$))/

function download(scope: Scope, args: readonly Value[], { short, output }: { short: RegExp; output: RegExp }): Verdict {
  for (const [index, arg] of args.entries()) {
    const next = args[index + 1]
    if (upload.test(arg.text) && short.test(arg.text)) scope.raise('high', 'sends data over the network')
    if (/^(?:-X|--request|--method)$/.test(arg.text) && !/^(?:GET|HEAD|OPTIONS)$/i.test(next?.text ?? ''))
      scope.raise('high', 'sends a request that may change something')
    if (/^(?:-X|--request=|--method=)(?!GET|HEAD|OPTIONS|$)[A-Za-z]/.test(arg.text))
      scope.raise('high', 'sends a request that may change something')
    if (
      /^(?:-K|--config|--execute|-e|--unix-socket|--abstract-unix-socket|--proxy|-x|--socks\S*|--preproxy|--resolve|--connect-to|--use-askpass|--libcurl|--engine)(?:=|$)/.test(
        arg.text,
      )
    )
      scope.raise('high', 'changes where or how it connects')
    if (/^(?:-[a-zA-Z]*k|--insecure|--no-check-certificate)$/.test(arg.text))
      scope.raise('high', 'does not check who it talks to')
    if (
      /^(?:-u|--user|--netrc.*|-n|-b|--cookie|--cert|-E|--key|--oauth2-bearer|--password|--http-password)(?:=|$)/.test(
        arg.text,
      )
    )
      scope.raise('high', 'sends credentials')
    if (
      /^(?:(?:-H|--header=?)\s*)?(?:authorization|cookie|proxy-authorization|x-api-key|private-token)\s*:/i.test(
        arg.text,
      )
    )
      scope.raise('high', 'sends credentials')
    if (output.test(arg.text) && next !== undefined) scope.writes([next])
    const glued =
      /^(?:-o|-O|--output=|--output-document=|--output-dir=|--directory-prefix=|-P|-D|--dump-header=|--trace=|--cookie-jar=|-c)(?=[/~.\w])(.+)$/.exec(
        arg.text,
      )?.[1]
    if (glued !== undefined) scope.writes([{ ...arg, text: glued }])
    url(arg, scope)
  }
  return { level: 'medium', reason: 'uses the network' }
}

function url(arg: Value, scope: Scope): void {
  const address = arg.text.replace(/^--url=/, '')
  if (/^(?:file|dict|gopher|ldaps?|smb|scp|sftp|tftp|telnet):/i.test(address))
    scope.raise('high', 'uses an unusual kind of address')
  if (/^[a-z]+:\/\/[^/]*@/i.test(address)) scope.raise('high', 'sends credentials')
  const host = /^(?:[a-z]+:\/\/)?(?:[^/@]*@)?(\[[^\]]+\]|[^/:?#]+)/i.exec(address)?.[1] ?? ''
  if (arg.dynamic && !/^-/.test(address)) scope.raise('high', 'contacts an address computed when it runs')
  if (/^(?:[a-z]+:\/\/|[\d[])/i.test(address) && classifyAddress(host) === 'link-local')
    scope.raise('high', 'asks the machine for its cloud credentials')
  if (/^metadata\.google\.internal$/i.test(host)) scope.raise('high', 'asks the machine for its cloud credentials')
}

add('curl', (args, scope) =>
  download(scope, args, {
    short: /./,
    output:
      /^(?:-[a-zA-Z#]*[oDc]|--output|--output-dir|--dump-header|--cookie-jar|--trace|--trace-ascii|--stderr|--etag-save|--hsts|--alt-svc)$/,
  }),
)
add('wget wget2 aria2c axel', (args, scope) => {
  const verdict = download(scope, args, {
    short: /^--/,
    output:
      /^(?:-[a-zA-Z]*[OPoa]|--output-document|--directory-prefix|--output-file|--append-output|-d|--dir|--save-cookies)$/,
  })
  return { ...verdict, reason: 'downloads files' }
})
add('http https xh xhs httpie curlie', (args, scope) => {
  download(scope, args, { short: /^--/, output: /^(?:-o|--output)$/ })
  const operands = operandsOf(args)
  if (operands.some(({ text }) => /^(?:POST|PUT|PATCH|DELETE)$/i.test(text) || /^[\w.-]+(?::?=|@|=@)/.test(text)))
    scope.raise('high', 'sends data over the network')
  return { level: 'medium', reason: 'uses the network' }
})
add('ssh mosh autossh sshpass', (args, scope) => {
  const [, ...remote] = afterFlags(args, /^-[bcDEeFIiJLlmOopQRSWw]$/)
  if (remote.length > 0) scope.script(joined(remote))
  return { level: 'high', reason: 'works on another machine' }
})
add('rsync', (args, scope) => {
  const operands = operandsOf(args, /^(?:-e|--rsh|-f|--filter|--exclude|--include|--rsync-path|--password-file)$/)
  if (hasFlag(args, /^(?:-[a-zA-Z]*e|--rsh|--rsync-path)/)) scope.raise('high', 'runs another program')
  if (hasFlag(args, /^--(?:del|remove-source-files)/)) scope.raise('high', 'deletes files')
  if (operands.some(({ text }) => /^[^/]*:/.test(text))) scope.raise('high', 'moves files over the network')
  scope.reads(operands.slice(0, -1))
  scope.writes(operands.slice(-1))
  return { level: 'medium', reason: 'writes files', grant: 'rsync' }
})

// Programs whose words decide

add('git', git)
add('chmod', (args, scope) => {
  const [mode, ...files] = operandsOf(args)
  scope.writes(files)
  if (hasFlag(args, /^(?:-[a-zA-Z]*R|--recursive)/))
    return { level: 'high', reason: 'changes permissions of whole folders' }
  if (
    mode === undefined ||
    mode.dynamic ||
    /^0?[2467]\d{3}$|^0?\d\d[2367]$|^0?\d\d\d[2367]$|s|(?:^|,)[ugo]*[ao][ugo]*[+=][rxXt]*w|^[+=][rx]*w/.test(mode.text)
  ) {
    return { level: 'high', reason: 'lets everyone write, or gives rights' }
  }
  return { level: 'medium', reason: 'changes permissions', grant: 'chmod' }
})
add('kill', (args) => {
  if (hasFlag(args.slice(0, 1), /^(?:-l|--list|-L)$/)) return { level: 'low', grant: 'kill -l' }
  const everything = args.some(
    ({ text }, index) =>
      text === '1' ||
      (text === '0' && !/^(?:-s|-n)$/.test(args[index - 1]?.text ?? '')) ||
      (/^-\d+$/.test(text) && (index > 0 || args.length === 1)),
  )
  const computed = args.some(({ text }) => /\$\(|`/.test(text))
  return everything || computed
    ? { level: 'high', reason: 'ends processes that are not named' }
    : { level: 'medium', reason: 'ends processes' }
})
const destructiveStatement =
  /\b(?:drop|truncate|delete|update|alter|insert|replace|grant|revoke|attach|detach|vacuum|flushall|flushdb|shutdown|debug|config\s+set|script|eval|into\s+(?:out|dump)file|load_file|load_extension|writefile|copy|program|lo_import|lo_export|pg_read_file|xp_cmdshell|dropDatabase|deleteMany|remove)\b|\\!|\\o|\\copy|\\i\b|\.(?:shell|system|load|import|output|once|save|restore|read|open|backup|dump|excel)\b/i
add('psql mysql mariadb sqlite3 mongo mongosh redis-cli cqlsh clickhouse-client duckdb sqlcmd', (args, scope, call) => {
  const text = [...args.map((arg) => arg.text), ...(call.input.from === 'text' ? [call.input.text.text] : [])].join(
    '\n',
  )
  if (destructiveStatement.test(text))
    scope.raise('high', 'changes or deletes data, or runs programs from the database')
  if (args.some(({ dynamic }) => dynamic) || call.input.from === 'pipe')
    scope.raise('high', 'runs statements computed when it runs')
  if (/:\/\/[^/\s]*:[^/\s]*@|(?:^|\n)-p\S/.test(text)) scope.raise('high', 'sends credentials')
  return { level: 'medium', reason: 'works on a database' }
})
add('crontab', (args) => {
  const shows: Level = args.length === 1 && args[0]?.text === '-l' ? 'medium' : 'high'
  return { level: shows, reason: shows === 'medium' ? 'shows scheduled work' : 'schedules work' }
})
add('npx pnpx', (args, scope) => {
  if (hasFlag(args, /^(?:-y|--yes|-p|--package|-c|--call)(?:=|$)/)) scope.raise('high', 'may download code and run it')
  const [program] = operandsOf(args)
  if (program !== undefined && (program.dynamic || /@(?!$)[^/]*$|^https?:|:/.test(program.text.replace(/^@/, ''))))
    scope.raise('high', 'downloads code and runs it')
  return {
    level: 'medium',
    reason: 'runs code of a package',
    grant: program === undefined ? undefined : `npx ${program.text}`,
  }
})
