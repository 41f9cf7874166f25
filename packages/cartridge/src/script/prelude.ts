/** What scripts find in the engine, written in the language of scripts. */

/** Name of the author's file in traces. */
export const scriptFile = 'main'

/**
 * Gives, as an array, the functions that the host calls: to take over the author's function, to run it, to learn what became
 * of its promise, to show an error. All of them answer with a text: `=` and the result, `!` and an error as
 * `[text, line, column]`, or nothing while a promise waits.
 *
 * `host(name, text, text)` answers with `=` and a text, `!` and why not, or nothing. What a script may ask of it is decided
 * there. A script may spoil what it finds here for itself; what the host reads is not trusted.
 */
export const prelude = `(host) => {
  'use strict'
  const { parse, stringify } = JSON
  const { construct } = Reflect
  const { assign, defineProperty, entries, freeze, keys } = Object
  const RealDate = Date

  const ask = (name, first = '', second = '') => {
    const answer = host(name, \`\${first}\`, \`\${second}\`)
    if (answer === '') return undefined
    if (answer[0] === '=') return answer.slice(1)
    throw new Error(answer.slice(1))
  }
  const textOf = (value, what) => {
    if (typeof value !== 'string') throw new TypeError(\`\${what} is text, not \${typeof value}; make JSON of other values\`)
    return value
  }
  const now = () => Number(ask('now'))
  const random = () => Number(ask('random'))

  const globals = {
    kv: freeze({
      get: (key) => ask('kv.get', textOf(key, 'A key')) ?? null,
      set: (key, value) => void ask('kv.set', textOf(key, 'A key'), textOf(value, 'A value')),
      delete: (key) => ask('kv.delete', textOf(key, 'A key')) !== undefined,
      list: (prefix = '') => parse(ask('kv.list', textOf(prefix, 'A prefix'))),
    }),
    log: (value, level = 1) => void ask('log', typeof value === 'string' ? value : stringify(value), level),
    now,
    random,
    payment: () => parse(ask('payment')),
    http: (request) => parse(ask('http', stringify(request))),
    call: (cartridge, request) => parse(ask('call', textOf(cartridge, 'A cartridge'), stringify(request))),
  }
  for (const [name, value] of entries(globals)) defineProperty(globalThis, name, { value, writable: true, configurable: true })

  Math.random = random
  globalThis.Date = function Date(...parts) {
    if (new.target === undefined) return new RealDate(now()).toString()
    return construct(RealDate, parts.length === 0 ? [now()] : parts, new.target)
  }
  assign(Date, { now, parse: RealDate.parse, UTC: RealDate.UTC })
  Date.prototype = RealDate.prototype
  Date.prototype.constructor = Date

  const json = (value) => {
    const text = stringify(value)
    if (text === undefined) throw new TypeError(\`\${name}() gives \${typeof value}, which is no JSON\`)
    return text
  }
  const isResponse = (value) =>
    typeof value === 'object' && value !== null &&
    ('body' in value || typeof value.status === 'number') &&
    keys(value).every((key) => key === 'status' || key === 'headers' || key === 'body')
  const responseOf = (value) => {
    if (value === undefined) throw new TypeError('handle() gives nothing')
    if (!isResponse(value)) return typeof value === 'string' ? '[200,{},true]\\n' + value : '[200,{},false]\\n' + json(value)
    const { status = 200, headers = {}, body = '' } = value
    const plain = typeof body === 'string'
    return json([status, headers, plain]) + '\\n' + (plain ? body : json(body))
  }

  const failure = (error) => {
    let shown = 'It threw something that cannot be shown'
    let place = [0, 0]
    try {
      if (error instanceof Error) {
        shown = \`\${error.name}: \${error.message}\`
        const [, line, column] = /\\b${scriptFile}:(\\d+):(\\d+)/.exec(error.stack) ?? []
        if (line !== undefined) place = [Number(line), Number(column)]
      } else shown = \`It threw \${stringify(error)}\`
    } catch {}
    return '!' + stringify([shown, ...place])
  }

  let author
  let name
  let settled = ''
  const give = (result) => '=' + (name === 'handle' ? responseOf(result) : json(result))
  const wait = async (promise) => {
    try {
      settled = give(await promise)
    } catch (error) {
      settled = failure(error)
    }
  }
  return [
    (exported, wanted) => {
      name = wanted
      author = exported[wanted]
      return typeof author === 'function' ? '=' : failure(new TypeError(\`It exports no function \${wanted}()\`))
    },
    (input) => {
      try {
        const result = author(parse(input))
        if (typeof result !== 'object' || typeof result?.then !== 'function') return give(result)
        settled = ''
        wait(result)
        return ''
      } catch (error) {
        return failure(error)
      }
    },
    () => settled,
    failure,
  ]
}`
