/** Rules for cartridges: programs that the agent makes, runs and sells. */

import type { JSONValue } from '@ai-sdk/provider'
import type { Intent, Which } from '../intent.js'
import { numberPattern, readNumber } from '../words.js'
import { type Clause, call, type Rule, rule } from './clause.js'
import { readWhich, readWishes } from './programs.js'

const perCall = '(?: (?:a|an|per|each|every|for (?:each|every)) (?:call|request|use|go|hit|visit|time)| each)?'
const price = `(?<price>(?:\\$ ?\\d+(?:\\.\\d+)?|(?:half an?|an?|${numberPattern}(?:\\.\\d+)?) ?(?:¢|cents?|dollars?|usdc?|devusd|pathusd|\\$)|free|nothing))${perCall}`
const which = '(?<which>.+?)'
const previous =
  '(?:the |its |an? )?(?:previous|last|earlier|prior|old|older|former)(?: working| good)? (?:version|one|state|build)'

const making: readonly Rule[] = [
  rule(
    /^(?:(?:make|build|create|write|code|program|develop|implement|generate|design|scaffold|craft|set up|give me|(?:i|we)(?: really)? (?:want|need)|(?:i|we)(?:['’]d| would)(?: really)? (?:like|love)(?: to have)?|(?:can|could|may) (?:i|we) have) |(?=new ))(?<text>.+)$/i,
    ({ text = '' }, clause) =>
      readWishes(text, clause)?.map(({ isGame, ...wish }) => {
        const isOpen = wish.template === undefined && wish.name === undefined && wish.kind === undefined
        return isOpen && wish.source === undefined ? templates(isGame) : call('create_cartridge', wish)
      }),
  ),
  rule(
    /^(?:play\b|(?:start|open|begin|launch) (?=(?:a |another )?(?:new )?games? of ))(?: (?:me|something|some))*(?<text>.*?)(?: again| now)?$/i,
    ({ text = '' }, clause) => {
      if (/^(?:(?:a|an|another|some) )?(?:games?)?$/i.test(text)) return templates(true)
      const known = readWhich(text, clause)
      const [wish] = readWishes(text, clause) ?? []
      if (known !== undefined && known !== 'made' && 'id' in known) return { type: 'open-cartridge', which: known }
      if (wish?.template === undefined)
        return known === undefined ? undefined : { type: 'open-cartridge', which: known }
      return { type: 'open-cartridge', which: { words: wish.template }, template: wish.template }
    },
  ),
]

const opening: readonly Rule[] = [
  rule(/^(?:open|start|launch|run|go to|show(?: me)?|see|view|try|use) (?<which>.+)$/i, ({ which = '' }, clause) => {
    // A bare name stays a command to run, a file to show or a task to start.
    const isVague = /^(?:run|show|see|view|try|use)\b/i.test(clause.text)
    const isPlain = /\b(?:game|cartridge|widget|it|this|that)$/i.test(which)
    if (isVague && !isPlain && (/^run\b/i.test(clause.text) || !/\bapp$/i.test(which))) return undefined
    return withVague(which, clause, (found) => ({ type: 'open-cartridge', which: found }))
  }),
]

const listing: readonly Rule[] = [
  rule(
    /^(?:what|which)(?: (?:kinds?|sorts?) of)?(?: (?<noun>cartridges?|apps?|games?|programs?|things|templates?))? (?:can|could) (?:you|i|we) (?:build|make|create|code|program|write|play|choose from|start from)(?: here| for me| from)?$/i,
    ({ noun = '' }, { text }) =>
      /^games?$/i.test(noun) || /\bplay\b/i.test(text)
        ? templates(true)
        : /\bwrite\b/i.test(text) && noun === ''
          ? undefined
          : templates(false),
  ),
  rule(
    /^(?:(?:list|show|display|see|view|get|give)(?: me)?|what(?: are)?|which)(?: (?:all|the|your|my|available|of|cartridge|game|app))* templates?(?: (?:are there|do (?:you|i|we) have|have you got|exist|are available|can (?:i|you|we) use|there are|you have))?$|^(?:the |your |all )*templates$/i,
    () => templates(false),
  ),
  rule(
    /^(?:(?:list|show|display|see|view|give)(?: me)?|what(?: are)?|which|how many|do (?:i|we) have|have (?:i|we) got|are there|are any of)(?<own>(?: (?:all|the|my|our|any|of|your|made|published|these|those|other))*) (?<noun>cartridges?|games|apps|programs)(?<rest>(?: (?:are|is|there|do|did|i|we|you|have|has|got|had|make|made|built|build|created|published|public|running|installed|so|far|now|here|already|for sale))*)$|^(?:my|all my|our) (?:cartridges|games|apps)$/i,
    ({ own = '', noun = '', rest = '' }, { text }) =>
      // "list apps" is a folder, as "list docs" is.
      /^(?:list|show|see|view|display|give) (?:me )?(?:apps|programs)$/i.test(text) ||
      (noun !== '' && own === '' && rest === '' && !/^(?:list|show)/i.test(text))
        ? undefined
        : call('list_cartridges', {}),
  ),
  rule(
    /^what (?:have|did) (?:you|i|we) (?:built|build|made|make|created|create|programmed)(?: so far| already| for me)?$/i,
    () => call('list_cartridges', {}),
  ),
  rule(/^cartridges$/i, () => call('list_cartridges', {})),
]

const selling: readonly Rule[] = [
  rule(
    new RegExp(
      `^(?:publish|sell|offer) ${which}(?:,? (?:at|for|with|priced at|costing)(?: a price of)? ${price})?$`,
      'i',
    ),
    ({ which = '', price: text = '' }, clause) =>
      // To sell takes a price.
      text === '' && !/^publish/i.test(clause.text) ? undefined : publish(which, text, clause),
  ),
  rule(
    new RegExp(
      `^(?:put|make) ${which} (?:online|public|available)(?: to (?:everyone|all|the public))?(?:,? (?:at|for) ${price})?$|^make (?<other>.+?) cost ${price.replace('<price>', '<cost>')}$`,
      'i',
    ),
    ({ which = '', other = '', price: text = '', cost = '' }, clause) => publish(which || other, text || cost, clause),
  ),
  rule(
    new RegExp(
      `^charge ${price} (?:for|to (?:use|call))(?: (?:calls? to|access to|using|calling|each call of))? ${which}$`,
      'i',
    ),
    ({ which = '', price: text = '' }, clause) => publish(which, text, clause),
  ),
  rule(
    new RegExp(
      `^(?:set|change|raise|lower|reduce|increase) (?:the price (?:of|for) ${which}|(?<its>its price)) to ${price}$`,
      'i',
    ),
    ({ which = '', price: text = '' }, clause) => publish(which || 'it', text, clause),
  ),
  rule(
    new RegExp(
      `^(?:un-?publish|stop (?:publishing|selling|offering)|withdraw|take down) ${which}$|^take (?<away>.+?) (?:offline|down)$|^make (?<hidden>.+?) private(?: again)?$`,
      'i',
    ),
    ({ which = '', away = '', hidden = '' }, clause) =>
      use('unpublish_cartridge', readWhich(which || away || hidden, clause, 'name')),
  ),
]

const keeping: readonly Rule[] = [
  rule(
    new RegExp(
      `^(?:roll ?back|revert) ${which}(?: to ${previous})?$|^roll (?<rolled>.+?) back(?: to ${previous})?$|^(?:(?:go|switch|change|roll|return) back to|restore) ${previous} (?:of|for) (?<restored>.+)$`,
      'i',
    ),
    ({ which = '', rolled = '', restored = '' }, clause) =>
      use('rollback_cartridge', readWhich(which || rolled || restored, clause, 'name')),
  ),
  rule(
    /^(?:undo|revert) (?:the |my )?(?:(?:last|latest) )?(?:changes?|updates?|edits?|version) (?:to|of|in|on) (?<which>.+)$/i,
    ({ which = '' }, clause) => use('rollback_cartridge', readWhich(which, clause)),
  ),
  rule(
    /^(?:(?:run|check) (?:the |all )?tests? (?:of|for|on|in)|test|verify) (?<which>.+)$|^(?:run|check) (?<whose>.+?)(?:['’]s)? tests$|^do(?:es)? (?<passing>.+?) pass (?:its|the|all its|all)? ?tests$|^do (?:the )?tests of (?<held>.+?) pass$/i,
    ({ which = '', whose = '', passing = '', held = '' }, clause) =>
      use('test_cartridge', readWhich((which || whose || passing || held).replace(/^its$/i, 'it'), clause)),
  ),
  rule(
    /^(?:delete|remove|uninstall|discard|scrap|trash|drop|erase|destroy|get rid of|throw away) (?<which>.+)$|^throw (?<thrown>.+) away$/i,
    ({ which = '', thrown = '' }, clause) =>
      withVague(which || thrown, clause, (found) => use('remove_cartridge', found)),
  ),
  rule(
    /^(?:(?:show|read|print|display|give|get|view|see|open)(?: me)?|what(?:['’]s| is)) (?:the )?(?:source|code|source code) (?:of|for|from|behind|to) (?<which>.+)$/i,
    ({ which = '' }, clause) => use('read_cartridge', readWhich(which, clause, 'name')),
  ),
  rule(
    /^(?:(?:show|read|print|display|give|get|view|see|open)(?: me)?|what(?:['’]s| is)) (?<whose>.+?)(?:['’]s)? (?:source|code|source code)$|^how (?:is|was) (?<made>.+?) (?:written|implemented|programmed|coded)$|^(?:read|inspect) (?<which>.+? cartridge)$/i,
    ({ whose = '', made = '', which = '' }, clause) =>
      use('read_cartridge', readWhich((whose || made || which).replace(/^its$/i, 'it'), clause)),
  ),
]

const method = '(?<method>GET|HEAD|POST|PUT|PATCH|DELETE)'
const path = '(?<path>/\\S*)'
const body = '(?:,? (?:with|and)?(?: (?:the|a))? ?body:? (?<body>.+))?'

const calling: readonly Rule[] = [
  rule(
    new RegExp(
      `^(?:call|query|request|ask|try|hit) ${which} (?:with|at|on|for)(?: an?)?(?: ${method})? ?${path}${body}$`,
      'i',
    ),
    callByPath,
  ),
  rule(
    new RegExp(`^(?:(?:send|make|do) )?(?:an? )?${method} ${path} (?:of|on|from|to|at) ${which}${body}$`, 'i'),
    callByPath,
  ),
  rule(new RegExp(`^(?:call|request|get|fetch) ${path} (?:of|on|from|at) ${which}$`, 'i'), callByPath),
  rule(
    new RegExp(`^what does ${which} (?:answer|say|return|give|reply)(?: (?:to|for|at|on))? ${path}$`, 'i'),
    callByPath,
  ),
  rule(/^call (?<which>.+?)(?: with (?<value>.+))?$/i, ({ which = '', value = '' }, clause) => {
    if (value === '') return use('call_cartridge', readWhich(which, clause), { request: { path: '/' } })
    const parsed = parseJson(clause.pieces.value(value)) ?? parseJson(clause.pieces.restore(value))
    return parsed === undefined ? undefined : use('call_cartridge', readWhich(which, clause, 'name'), { value: parsed })
  }),
]

/** Rules for what is said of cartridges. Each counts only where the tools that it needs are on offer. */
export const cartridges: readonly Rule[] = [...listing, ...selling, ...keeping, ...calling, ...opening, ...making].map(
  (apply) => (clause) => {
    const intents = apply(clause)
    const isOffered = intents?.flatMap(toolsFor).every((tool) => clause.offered.has(tool)) === true
    return isOffered ? intents : undefined
  },
)

function toolsFor(intent: Intent): string[] {
  switch (intent.type) {
    case 'call':
      return [intent.tool]
    case 'use-cartridge':
      return ['list_cartridges', intent.tool]
    case 'open-cartridge':
      return ['list_cartridges', ...(intent.template === undefined ? [] : ['create_cartridge'])]
    case 'list-templates':
      return ['list_cartridges', 'create_cartridge']
    default:
      return []
  }
}

function templates(isGame: boolean): Intent {
  return { type: 'list-templates', ...(isGame ? { kind: 'interactive' } : {}) }
}

function use(tool: string, found: Which | undefined, input: Record<string, JSONValue> = {}): Intent | undefined {
  return found === undefined ? undefined : { type: 'use-cartridge', which: found, tool, input }
}

/** For verbs that go with files and tasks too: "it" is a cartridge only if one was talked of last. */
function withVague(text: string, clause: Clause, act: (found: Which) => Intent | undefined): Intent | undefined {
  const found = readWhich(text, clause)
  if (found === undefined) return undefined
  return found === clause.mentioned.cartridge && clause.mentioned.latest !== 'cartridge' ? undefined : act(found)
}

function publish(text: string, written: string, clause: Clause): Intent | undefined {
  const amount = priceOf(written)
  return use('publish_cartridge', readWhich(text, clause, 'name'), amount === undefined ? {} : { price: amount })
}

/** "1 cent" as `$0.01`; nothing where it costs nothing. */
function priceOf(text: string): string | undefined {
  if (text === '' || /^(?:free|nothing)$/i.test(text)) return undefined
  const dollars = /^\$ ?(?<amount>[\d.]+)$/.exec(text)?.groups?.amount
  if (dollars !== undefined) return `$${dollars}`
  const [, amount = '', unit = ''] = /^(.+?) ?(¢|cents?|dollars?|usdc?|devusd|pathusd|\$)$/i.exec(text) ?? []
  const count = /^half/i.test(amount)
    ? 0.5
    : /^an?$/i.test(amount)
      ? 1
      : /[\d.]/.test(amount)
        ? Number(amount)
        : readNumber(amount)
  const inDollars = /^(?:¢|cent)/i.test(unit) ? count / 100 : count
  return `$${inDollars.toFixed(8).replace(/\.?0+$/, '')}`
}

function callByPath(
  { which: text = '', method: verb = '', path: target = '', body: content = '' }: Record<string, string>,
  clause: Clause,
): Intent | undefined {
  const { pieces } = clause
  // "Get /a from b" may be about anything; "call b with /a" and "GET /a from b" are not.
  const allowed = /^call\b|\b[A-Z]{3,6} \//.test(clause.text) ? 'name' : 'program'
  const [address = '/', query] = pieces.restore(target).split(/\?(.*)/s)
  return use('call_cartridge', readWhich(text, clause, allowed), {
    request: {
      ...(verb === '' ? {} : { method: verb.toUpperCase() }),
      path: address,
      ...(query === undefined || query === '' ? {} : { query }),
      ...(content === '' ? {} : { body: pieces.value(content) }),
    },
  })
}

function parseJson(text: string): JSONValue | undefined {
  try {
    return JSON.parse(text) as JSONValue
  } catch {
    // Words, which are no value.
    return undefined
  }
}
