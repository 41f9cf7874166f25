/** Which relation a sentence tells, of whom, by rules over its words. */

import { findNames, nameKey } from './names.js'
import { stem } from './stem.js'
import { stopWords } from './stop-words.js'
import { fold, words } from './words.js'

/** A relation read from a sentence. */
export interface Relation {
  /** Whom or what it is about, as written. */
  readonly subject: string
  /** Which relation: `residence`, `employer`, `uses`, … */
  readonly attribute: string
  /** As written. */
  readonly value: string
  /** Whether the subject has one of it at a time, so that a new value takes the place of the old. */
  readonly single: boolean
  /** How the subject fares by it. Range [−1, 1]. */
  readonly valence: number
}

interface Form {
  /** Place in the list; the first that fits, wins. */
  readonly order: number
  readonly attribute: string
  readonly pattern: RegExp
  readonly single: boolean
  readonly valence: number
}

/** Words between subject and verb that change nothing. */
const adverbs =
  '(?:(?:now|currently|still|also|just|recently|usually|always|has|have|had|was|is|been|will|officially|finally) )*'

/**
 * The forms, one a line: attribute, `!` if it has one value at a time, valence, then ways to say it.
 *
 * `#` stands for the subject, `@` for the value; what stands before the first `#` or `@` must start the sentence.
 */
const formLines = `
day ! 0: # takes place on @ | # held on @ | # rotates? (?:on|every) @ | # moved to (?=\\w+days?)@ | # rescheduled to @ | # scheduled for @ | # happens (?:on|every) @ | # runs every @ | # meets on @
residence ! 0: # lives? in @ | # resides? in @ | # moved (?:house )?to @ | # relocated to @ | # settled (?:down )?in @ | # calls @ home | # is based in @ | home of # is @
employer ! 0: # works? (?:at|for) @ | # joined @ | # hired by @ | # employed by @ | # took a (?:job|position|role) (?:at|with) @ | # started (?:working )?at @
role ! 0: # works? as an? @ | # promoted to @ | # became (?:the |an? )?@ | # serves as @
birthplace ! 0: # born in @ | # native of @ | # comes from @
partner ! .6: # married to @ | # married @ | # engaged to @ | # dating @ | # is with @ now
parent ! 0: # son of @ | # daughter of @ | # child of @
deadline ! 0: # due (?:on|by|in) @ | # pushed back to @ | # slipped to @ | # postponed to @ | # has to be done by @ | # delayed until @
phone ! 0: # can be reached at @ | call # at @ | # has a new number:? @
price ! 0: # costs? @ | # sells? for @ | # priced at @ | # went (?:up|down) to @ | (?:we )?(?:raised|lowered|cut) # to @
owner ! 0: # owned by @ | # belongs to @ | # handed (?:over )?to @ | # maintained by @ | # assigned to @
owner ! 0: @ owns # | @ took over # | @ is responsible for # | @ is in charge of #
status ! 0: status of # is @ | # is (?=open|closed|done|blocked|released|deprecated|cancelled|archived|paused|finished)@
version ! 0: # upgraded to (?=v?\\d)@ | # (?:is|runs) on version @
location ! 0: # located (?:in|at) @ | # situated (?:in|at) @ | # stands in @ | # kept (?:in|at) @ | # stored in @ | # lies in @
database ! 0: # migrated to @ | # switched over to @ | (?:we )?replaced (?:the \\w+ of )?# with @
leader ! 0: # led by @ | # headed by @ | # managed by @ | # run by @ | @ leads # | @ heads # | @ manages #
favourite ! .6: # switched to @ | # gone over to @
age ! 0: # is (?=\\d+ years old)@ | # turned (?=\\d)@
name ! 0: # renamed (?:to )?@ | # goes by @
uses - .1: # uses? @ | # used @ | # relies on @ | # powered by @
runs on - 0: # runs? on @ | # deployed (?:to|on) @ | # hosted (?:on|by|at) @
depends on - -.1: # depends? on @ | # requires? @ | # needs? @
created by - .3: # created by @ | # founded by @ | # written by @ | # directed by @ | # invented by @ | # designed by @ | # built by @ | # composed by @
created - .6: # created @ | # founded @ | # wrote @ | # directed @ | # invented @ | # designed @ | # built @ | # composed @
part of - 0: # part of @ | # member of @ | # subsidiary of @
contains - 0: # contains? @ | # consists of @ | # includes? @
likes - .6: # likes? @ | # loves? @ | # enjoys? @ | # prefers? @ | # is fond of @
dislikes - -.6: # dislikes? @ | # hates? @ | # avoids? @ | # (?:cannot|can't) (?:eat|stand) @ | # allergic to @
wants - -.1: # wants? (?:to )?@ | # plans? to @ | # hopes? to @
knows - .2: # knows? @ | # met @ | # friends? with @
studied - .2: # studied (?:\\w+ )?at @ | # graduated from @ | # trained as @ | # studies @
speaks - .1: # speaks? @
plays - .3: # plays? @
fixed - .6: # fixed @ | # solved @ | # repaired @ | # resolved @
broke - -.5: # broke @ | # crashed @ | # damaged @
caused by - -.3: # caused by @ | # due to @
caused - -.5: # caused @ | # led to @
failed - -.5: # failed @ | # failed
succeeded - .6: # succeeded @ | # won @ | # passed @
lost - -.5: # lost @ | # died (?:in|of) @
works with - .6: # works with @ | # collaborates with @ | # connects? to @ | # integrates with @
bought - .3: # bought @ | # purchased @ | # acquired @
sold - 0: # sold @
visited - .2: # visited @ | # went to @ | # travelled to @
near - 0: # near @ | # borders @ | # flows into @ | # north of @ | # south of @
is - 0: # (?:is|are) (?:an? |the )?@
was - 0: # (?:was|were) (?:an? |the )?@
has - 0: # (?:has|have) (?:an? |the )?@
`

/** Word that a sentence must have for a form to be tried, and the forms it stands for. */
const formsByWord = new Map<string, Form[]>()
/** How many ways of saying are known. */
export const relationForms: number = readForms()

function readForms(): number {
  let count = 0
  for (const line of formLines.trim().split('\n')) {
    const [, attribute = '', mark, valence, ways = ''] = /^(.+?) ([!-]) (-?[\d.]+): (.+)$/.exec(line) ?? []
    for (const way of ways.split(' | ')) {
      const [head = '', tail = ''] = way.split(/(?<=^[^#@]*[#@]) /)
      const source = `^${head} ${adverbs}${tail}$`
        .replace('#', '(?<subject>.{2,80}?)')
        .replace('@', '(?<value>.{1,120}?)')
      const form = {
        order: count,
        attribute,
        pattern: new RegExp(source, 'iu'),
        single: mark === '!',
        valence: Number(valence),
      }
      for (const word of anchorOf(way)) formsByWord.set(word, [...(formsByWord.get(word) ?? []), form])
      count++
    }
  }
  return count
}

/** The first plain word of a way, with the letter it may lack; alternatives each count. */
function anchorOf(way: string): string[] {
  const bare = way.replace(/\(\?=[^)]*\)/g, '').replace(/\(\?:[^)]*\)\?/g, '')
  const group = /\(\?:([\w|' ]+)\)/.exec(bare)
  const word = /(?:^|[ ])([a-z]{2,})(s\?)?/.exec(bare.replace(/\(\?:[^)]*\)/g, ''))
  if (word?.[1] !== undefined) return word[2] === undefined ? [word[1]] : [word[1], `${word[1]}s`]
  return (group?.[1] ?? '').split('|').map((one) => one.split(' ')[0] ?? '')
}

/** Words, by their stems, that show which attribute a question or a record is about. */
const attributeWords: ReadonlyMap<string, readonly string[]> = new Map(
  `
residence: live lives lived living reside home house address moved relocated settled based town apartment
employer: work works worked working employer employs employed job joined hired company office position employment
role: role title position promoted profession occupation trained career
birthplace: born birthplace native birth
partner: married marry spouse wife husband partner engaged dating couple wedding fiancé fiancée
day: day weekday meeting held place rescheduled scheduled rotates rotate takes Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mondays Tuesdays Wednesdays Thursdays Fridays Saturdays Sundays
deadline: deadline due pushed slipped postponed delayed finish delivery
phone: phone number telephone mobile cell call reached contact
email: email mail address contact
price: price cost costs fee charge euros dollars expensive plan
owner: owns own owner owned belongs responsible charge handed took maintainer maintained maintains assigned
database: database store storage runs migrated replaced uses backend engine
language: language speaks written rewritten ported
leader: leader leads led head heads chief boss manager manages managed director CEO president chair
favourite: favourite favorite prefer prefers likes drinks drink switched rather best
version: version release upgraded runs
status: status state stage blocked released open closed done
location: located location stored kept where stands moved lies keeps
age: age old years birthday
car: car drives drive vehicle
pet: pet dog cat
school: school university studied studies study college graduated enrolled
diet: eat eats diet vegan vegetarian food allergic
`
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', list = ''] = line.split(': ')
      return [name, list.split(' ').map((word) => stem(fold(word)))]
    }),
)

/** Stems of the words of change: what they stand in corrects what was told before. */
export const changeWords: ReadonlySet<string> = new Set(
  'now today currently nowadays latest swapped exchanged started began stopped quit gave turned revised moved switched changed replaced relocated rescheduled new instead anymore longer pushed slipped raised lowered migrated handed became actually correction update updated left onwards these'
    .split(' ')
    .map(stem),
)

/** Which attributes the stems of a text point at. */
export function attributesOf(stems: ReadonlySet<string>): Set<string> {
  const found = new Set<string>()
  for (const [attribute, hints] of attributeWords) if (hints.some((hint) => stems.has(hint))) found.add(attribute)
  return found
}

/** Stems that records about these attributes may have instead of the question's. */
export function attributeStems(attributes: ReadonlySet<string>): string[] {
  return [...new Set([...attributes].flatMap((attribute) => attributeWords.get(attribute) ?? []))]
}

/** Whether the stems of a text say that something changed. */
export function tellsChange(stems: ReadonlySet<string>): boolean {
  for (const word of changeWords) if (stems.has(word)) return true
  return false
}

/** Reads the relations of a text, at most one a sentence; sentences beyond the tenth and above 200 characters are passed over. */
export function findRelations(text: string): Relation[] {
  return text
    .split(/(?<=[.!?])\s+|\n/)
    .slice(0, 10)
    .flatMap((sentence) => findRelation(sentence.replace(/[.!?\s]+$/u, '')) ?? [])
}

function findRelation(sentence: string): Relation | undefined {
  if (
    sentence.length < 5 ||
    sentence.length > 200 ||
    /^(?:if|when|what|who|where|how|why|does|did|maybe|perhaps)\b/i.test(sentence)
  )
    return undefined
  const plain = sentence.replace(
    /^(?:we now do|we do|and|but|so|then|later|afterwards|meanwhile|also|today|yesterday|actually|correction:|update:|now|by the way),? /i,
    '',
  )
  const noun =
    /^(?:the |my |our )?(?<noun>[\p{Ll} -]{3,40}?) of (?<subject>.{2,80}?) (?:is|are|has become|was changed to|changed to|slipped to|moved to) (?<value>.{1,120})$/iu.exec(
      plain,
    ) ??
    /^(?<subject>.{2,60}?)['’]s? (?<noun>[\p{Ll} -]{3,40}?) (?:is|are|has become|was changed to|changed to|slipped to|moved to) (?:now )?(?<value>.{1,120})$/iu.exec(
      plain,
    ) ??
    /^(?<subject>my|our) (?<noun>[\p{Ll} -]{3,40}?) (?:is|are|has become|changed to) (?:now )?(?<value>.{1,120})$/iu.exec(
      plain,
    )
  if (noun?.groups !== undefined) {
    const { subject = '', noun: what = '', value = '' } = noun.groups
    const stems = new Set(words(what).map((word) => stem(fold(word))))
    const attribute = [...attributesOf(stems)][0] ?? nameKey(what)
    return admissible({ subject, attribute, value, single: true, valence: attribute === 'favourite' ? 0.6 : 0 })
  }
  const forms = new Set(words(plain.toLowerCase()).flatMap((word) => formsByWord.get(word) ?? []))
  for (const { pattern, attribute, single, valence } of [...forms].sort((a, b) => a.order - b.order)) {
    const { subject, value = '' } = pattern.exec(plain)?.groups ?? {}
    const found = subject === undefined ? undefined : admissible({ subject, attribute, value, single, valence })
    if (found !== undefined) return found
  }
  return undefined
}

/** Where a value ends because the sentence goes on with another verb: "Acme and leads the project". */
const nextClause =
  /,? (?:and|but|where|while) (?:(?:he|she|it|they) )?(?:is|was|has|had|leads?|led|works?|worked|lives?|lived|moved|joined|uses?|used|owns?|owned|runs?|ran|likes?|started|became|married|plays?|studie[sd]|manages?|managed|wants?|needs?|keeps?)\b.*$/u

/** A subject is a thing: not a pronoun, not a clause. */
function admissible(relation: Relation): Relation | undefined {
  const subject = relation.subject.replace(/^(?:the|a|an|my|our|their|his|her)(?= )/i, '').trim()
  const count = subject.split(/\s+/).length
  if (
    subject === '' ||
    count > 6 ||
    /[,;:]/.test(subject) ||
    /^(?:he|she|it|they|this|that|there|these|those|which|who|you|we)$/i.test(subject)
  ) {
    return undefined
  }
  const value = relation.value
    .replace(nextClause, '')
    .replace(/^(?:the|an?) /i, '')
    .replace(/ (?:now|anymore|from now on|these days)$/i, '')
  return { ...relation, subject: /^(?:i|my|our|me)$/i.test(subject) ? 'speaker' : subject, value }
}

/** What of whom a short record tells, if it is one thing that has one value at a time. */
export function findClaim(
  content: string,
): { readonly subject: string; readonly attribute: string; readonly value: string } | undefined {
  if (content.length > 240) return undefined
  const relation = findRelations(content).find(({ single }) => single)
  if (relation === undefined) return undefined
  return { subject: subjectKey(relation.subject), attribute: relation.attribute, value: nameKey(relation.value) }
}

/** Folds a subject so that "the Kelva service" and "Kelva" are one: its names, or else its words. */
export function subjectKey(subject: string): string {
  const names = findNames(`x ${subject}`).map(({ key }) => key)
  return names.length > 0
    ? names.join(' ')
    : [...words(subject)]
        .map(fold)
        .filter((word) => !stopWords.has(word))
        .join(' ')
}
