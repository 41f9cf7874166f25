/** What counts as a program: "a snake game" does, "a plan" does not. */

import type { Which } from '../intent.js'
import { pieceMark } from '../quoted.js'
import { contentWords } from '../words.js'
import type { Clause } from './clause.js'

/** Nouns for a program of any sort. */
const anyProgram =
  '(?:games?|apps?|applications?|cartridges?|programs?|apis?|widgets?|tools?|demos?|pages?|services?|endpoints?|backends?|frontends?)'
/** Nouns that tell what it is. */
const oneProgram =
  '(?:calculator|clock|chart|graph|plot|timer|stopwatch|countdown|counter|viewer|explorer|renderer|converter|parser|evaluator|inspector|generator|maker|picker|shortener|simulator|simulation|animation|visuali[sz]er|visuali[sz]ation|dashboard|quiz|poll|guestbook|webhook|fractal|maze|labyrinth|puzzle|synth|screensaver)'
/** Programs that go by a name of their own. */
const ownNames =
  "(?:snake|tetris|falling blocks|(?:ping )?pong|game of life|conway['’]?s (?:game of )?life|cellular automat(?:on|a)|breakout|arkanoid|brick breaker|mine ?sweeper|2048|plasma|lava lamp|star ?field|paint|drawing board|sketch ?pad|guest book|echo server|mandelbrot(?: set)?|julia set|asteroids|space invaders|pac-?man|flappy bird|tic[- ]tac[- ]toe|noughts and crosses|connect (?:four|4)|sudoku|solitaire|chess|checkers|hangman|wordle|sokoban|frogger|hello world)"

const isOwnName = new RegExp(`^${ownNames}$`, 'i')
const isNamed = new RegExp(`^(?:games? of )?(?<name>${ownNames})(?: clone| ${anyProgram})*$`, 'i')
const isAnyProgram = new RegExp(`^${anyProgram}$`, 'i')
const isOneProgram = new RegExp(`^${oneProgram}$`, 'i')
/** Kinds of things that a tracker of tasks might go by too. */
const isApplication = /^(?:app|application|cartridge|api|widget|game)$/i

/** Words that no name of a program has. */
const strange =
  /^(?:the|my|your|our|his|her|their|its?|you|i|we|us|me|they|he|she|this|that|these|those|what|sure|is|are|was|not|no|any|every|all|each|both|a|an|of|in|on|at|to|for|from|with|by|about|and|or|then|if|so|some|files?|folders?|director(?:y|ies)|documents?|branch|commit|tests?|pull|merge)$/i
const ofTasks = /^(?:tasks?|to-?dos?|tickets?|reminders?|chores?|notes?)$/i
/** Words that alone are more likely something else than a cartridge. */
const common =
  /^(?:everything|something|anything|nothing|now|again|them|him|back|up|out|off|prod|production|staging|main|master|deploys?|deployments?|release|migrations?|database|build|changes?|docs?|drafts?|posts?|articles?|packages?|server|code|everyone|transaction)$/i

/** What is to be made. */
export interface Wish {
  /** Words for the template; none where anything of that sort would do. */
  readonly template?: string | undefined
  readonly name?: string | undefined
  readonly kind?: string | undefined
  readonly source?: string | undefined
  /** Whether it is to be played. */
  readonly isGame: boolean
}

/** Reads what stands behind "make": one program, or several. */
export function readWishes(text: string, clause: Clause): Wish[] | undefined {
  const parts = text.split(/\s*,\s*(?:and\s+)?|\s+and\s+/i)
  // The first article is for all: "a clock and timer".
  const each = parts.map((part, index) => readWish(index === 0 ? part : `a ${part}`, clause))
  if (parts.length > 1 && each.every((wish) => wish?.template !== undefined)) {
    return each.filter((wish) => wish !== undefined)
  }
  const wish = readWish(text, clause)
  return wish === undefined ? undefined : [wish]
}

const fenced = new RegExp(
  `[\\s,:]*(?:(?:with|from|of|this|the|following|source|code|program)[\\s:]+)*(?<piece>${pieceMark})$`,
  'i',
)
const naming =
  /,? (?:called|named|titled|with the name) (?<name>.+?)(?=$|,? (?:that|which|where|with|for|based|to|and) |[,:])/i
const determiners =
  /^(?:(?:me|us|myself) )?(?<articles>(?:(?:a|an|another|one|two|three|some|several|new|the|my|our) )*)(?:(?:simple|basic|little|small|tiny|mini|quick|nice|cool|fun|funny|good|great|decent|beautiful|pretty|lovely|neat|classic|retro|old-school|playable|working|fancy|awesome|proper|real|minimal|browser|web|online|new|fresh|short|very|really|complete|cute),? )*/i
const boundary =
  /[,:;]|\s(?:that|which|who|where|when|with|without|for|to|from|using|based|in|on|at|by|about|so|and|or|then|but|like|as|of|because|if|until|before|after)\s/i
const kindWord = /^(?:backend|interactive|frontend|cognitive)$/i

function readWish(written: string, { pieces }: Clause): Wish | undefined {
  const fence = fenced.exec(written)?.groups?.piece
  const source = fence !== undefined && pieces.restore(fence).startsWith('```') ? pieces.value(fence) : undefined
  const unfenced = source === undefined ? written : written.replace(fenced, '')
  const said = naming.exec(unfenced)?.groups?.name
  const name = said === undefined ? undefined : pieces.value(said).slice(0, 100)
  const text = unfenced.replace(naming, '')
  // What has a path in it is about files.
  if (/\/|\.[a-z]{1,5}\b/i.test(text) || /\.[a-z]{1,5}$/i.test(name ?? '')) return undefined

  const articles = determiners.exec(text)?.groups?.articles ?? ''
  const rest = text.replace(determiners, '')
  if (/\b(?:my|our)\b/i.test(articles)) return undefined
  if (isNamed.test(rest)) return { template: templateOf(rest), name, source, isGame: true }
  const at = boundary.exec(rest)?.index ?? rest.length
  const [head, tail] = [rest.slice(0, at).trim(), rest.slice(at)]
  if (/^[\s,]*(?:and|or|then|but)\b/i.test(tail) && !/\b(?:play|open|start|try|use) (?:it|them)$/i.test(tail))
    return undefined
  if (isNamed.test(head)) return { template: templateOf(head), name, source, isGame: true }

  const words = head.split(/\s+/)
  const noun = words.at(-1) ?? ''
  const others = words.slice(0, -1)
  if (/\bthe\b/i.test(articles) || others.some((word) => strange.test(word) || /[\uE000-\uF8FF]/.test(word)))
    return undefined
  if (ofTasks.test(others[0] ?? '') && (articles === '' || !isApplication.test(noun))) return undefined
  const isGame = /^games?$/i.test(noun)
  const own = others.filter((word) => !kindWord.test(word))
  const isOpen = isAnyProgram.test(noun) && own.length === 0
  if (!isOpen && !isAnyProgram.test(noun) && !isOneProgram.test(noun)) return undefined
  const isBare = isOpen
    ? others.length === 0 && name === undefined && tail === '' && !/s$/i.test(noun)
    : own.length === 0
  if (articles === '' && isBare) return undefined
  if (!isOpen) return { template: templateOf(head), name, source, isGame }

  const about = contentWords(pieces.restore(tail.replace(/^\s*based on\b/i, '')))
  const kind = others.find((word) => kindWord.test(word))?.toLowerCase()
  const isPlain = /^(?:cartridge|program)s?$/i.test(noun)
  if (source !== undefined) return { name, kind, source, isGame }
  if (about.length > 0) return { template: templateOf([...about, ...(isPlain ? [] : [noun])].join(' ')), name, isGame }
  return { template: isPlain ? undefined : name, name, kind, isGame }
}

/** Words that a template may go by, without those that say only that it is one. */
function templateOf(words: string): string {
  return words
    .replace(/\bgames? of (?=\S)/i, '')
    .replace(/(?: (?:clones?|cartridges?))+$/i, '')
    .slice(0, 100)
    .trim()
}

const pronoun =
  /^(?:it|that|this|this one|that one|(?:the|this|that) (?:game|app|cartridge|api|widget|program|thing))$/i

/**
 * Reads which cartridge is meant, where the words are likely to mean one.
 *
 * @param allowed - Whether a single word may be its name, as in "publish counter".
 */
export function readWhich(
  text: string,
  { pieces, mentioned }: Clause,
  allowed: 'name' | 'program' = 'program',
): Which | undefined {
  const written = text.trim()
  if (pronoun.test(written)) return mentioned.cartridge
  const said = written.replace(/^(?:the|my|our|your|that|this) /i, '')
  const named = /^cartridge (?:called |named )?(?<after>.+)$|^(?<before>.+?)(?:['’]s)? cartridge$/i.exec(said)?.groups
  const name = named?.after ?? named?.before ?? said
  const words = pieces.value(name)
  const isPiece = new RegExp(`^${pieceMark}$`).test(name)
  if (!isPiece && isNamed.test(name)) return { words }
  const parts = words.split(/\s+/)
  if (
    parts.length > 5 ||
    !parts.every((part) => /^[\p{L}\p{N}][\p{L}\p{N}'’_-]*$/u.test(part) && !strange.test(part))
  ) {
    return undefined
  }
  const noun = parts.at(-1) ?? ''
  const isProgram =
    named !== undefined ||
    isOneProgram.test(noun) ||
    (parts.length > 1 && (isAnyProgram.test(noun) || isOwnName.test(parts[0] ?? '')))
  const isName =
    allowed === 'name' &&
    (isPiece || (parts.length === 1 && said === written && /\p{L}/u.test(words) && !common.test(words)))
  return (isProgram && !ofTasks.test(parts[0] ?? '')) || isName ? { words } : undefined
}

/** Words of a name that tell one cartridge from another: all but those for any program, if others are left. */
export function tellingWords(words: readonly string[]): readonly string[] {
  const telling = words.filter((word) => !isAnyProgram.test(word))
  return telling.length > 0 ? telling : words
}
