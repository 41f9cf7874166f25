/** Generated stores and questions, one scenario for each thing a memory must do; every draw comes from a seed. */

import { createRng, type Rng } from '@salp/core'
import type { MemoryInput } from '../../../record.js'
import { day, monday } from '../open.js'

/** A question, and what a right answer to it is. */
export interface Question {
  readonly text: string
  /** Positions of the records that answer it; none if the right answer is an empty one. */
  readonly gold: readonly number[]
  /** Position of the record that must come first, where others are as near. */
  readonly newest?: number | undefined
  /** Whose memory is asked. @defaultValue the memory's own */
  readonly namespace?: string | undefined
}

/** What is stored, in order, and what is asked once it is. */
export interface Scenario {
  readonly name: string
  readonly measure: 'recall' | 'newest' | 'empty'
  /** Whether a half of the questions is held out from choosing weights. */
  readonly split?: boolean | undefined
  readonly records: readonly MemoryInput[]
  readonly questions: readonly Question[]
}

/** Makes every scenario; equal seeds make equal ones. */
export function makeScenarios(seed: string): Scenario[] {
  const make = (name: string, create: (draw: Draw) => Omit<Scenario, 'name'>): Scenario => ({
    name,
    ...create(createDraw(createRng(seed).fork(name))),
  })
  return [
    make('plain facts', plainFacts),
    make('two hops', twoHops),
    make('threads', threads),
    make('dates', dates),
    make('changes, plain text', (draw) => changes(draw, changing, false)),
    make('changes, unforeseen', (draw) => changes(draw, unforeseen, false)),
    make('changes, with subject', (draw) => changes(draw, [...changing, ...unforeseen], true)),
    make('changes of something else', otherChanges),
    make('two tenants', tenants),
    make('fading', fading),
    make('other scripts and signs', scripts),
    make('near misses', (draw) => unanswerable(draw, 'near')),
    make('far questions', (draw) => unanswerable(draw, 'far')),
  ]
}

/** Draws that the scenarios are made of. */
interface Draw {
  readonly rng: Rng
  pick<T>(from: readonly T[]): T
  /** A made-up word, never the same twice. */
  name(): string
  person(): string
  shuffle<T>(from: readonly T[]): T[]
}

const syllables =
  `ba cor dan el fi gro hal im jo kel lun mar nov or pel qui ras tor um vin wex yar zel bri sha tho mi ska
dre plo vas ge run tal`.split(/\s+/)

function createDraw(rng: Rng): Draw {
  const used = new Set<string>()
  const pick = <T>(from: readonly T[]): T => from[Math.floor(rng() * from.length)] as T
  const name = (): string => {
    for (;;) {
      const word = Array.from({ length: rng() < 0.4 ? 2 : 3 }, () => pick(syllables)).join('')
      if (word.length < 5 || used.has(word)) continue
      used.add(word)
      return word.charAt(0).toUpperCase() + word.slice(1)
    }
  }
  return {
    rng,
    pick,
    name,
    person: () => `${name()} ${name()}`,
    shuffle: (from) =>
      from
        .map((one) => ({ one, at: rng() }))
        .sort((a, b) => a.at - b.at)
        .map(({ one }) => one),
  }
}

const list = (text: string): string[] => text.split(',').map((one) => one.trim())
const things = list(
  'passport, bicycle, laptop, guitar, camera, umbrella, notebook, helmet, violin, suitcase, telescope',
)
const places = list('cellar, attic, garage, office, locker, drawer, cabin, studio, shed, library')
const jobs = list('surgeon, baker, pilot, welder, teacher, painter, sailor, judge, plumber, botanist')
const foods = list('ramen, lentil soup, mushroom risotto, falafel, pumpkin curry, dumplings, paella, goulash')
const topics = list('gardening, chess, pottery, cycling, astronomy, bread, sailing, birds, archery, jazz')

const said = (content: string, at: number, rest: Partial<MemoryInput> = {}): MemoryInput => ({
  content,
  source: { author: 'user', at },
  ...rest,
})

/** One fact, one question, in other words: nothing here needs more than full text, and nothing may get worse. */
function plainFacts(draw: Draw): Omit<Scenario, 'name'> {
  const people = Array.from({ length: 120 }, () => draw.person())
  const forms: [(person: string) => string, (person: string) => string][] = [
    [
      (person) => `${person} keeps a ${draw.pick(things)} in the ${draw.pick(places)}`,
      (person) => `Where does ${person} keep things?`,
    ],
    [
      (person) => `${person} trained as a ${draw.pick(jobs)} with ${draw.name()} and Sons for two years`,
      (person) => `What did ${person} train as?`,
    ],
    [
      (person) =>
        `The backup of project ${person} runs every ${2 + Math.floor(draw.rng() * 20)} hours on server ${draw.name()}`,
      (person) => `How often does the backup of ${person} run?`,
    ],
    [
      (person) => `${person} cannot eat ${draw.pick(foods)} since the trip to ${draw.name()}`,
      (person) => `Which food can ${person} not eat?`,
    ],
  ]
  const made = draw.shuffle(
    people.flatMap((person) => forms.map(([fact, ask]) => ({ fact: fact(person), ask: ask(person) }))),
  )
  return {
    measure: 'recall',
    records: made.map(({ fact }, index) => said(fact, monday - (made.length - index) * 3_600_000)),
    questions: draw.shuffle(made.map(({ ask }, index) => ({ text: ask, gold: [index] }))).slice(0, 200),
  }
}

/** Prose in which the second record needed shares no word with the question; every hop has rivals that share the other. */
function twoHops(draw: Draw): Omit<Scenario, 'name'> {
  const filler = (): string =>
    draw.pick([
      `Critics in ${draw.name()} praised it.`,
      'It is still discussed every summer.',
      `A second edition followed under the name ${draw.name()}.`,
      'Little else is known about the early years.',
      `The work was later restored by ${draw.person()}.`,
    ])
  const chains: ((a: string, b: string, c: string) => [string, string, string])[] = [
    (film, person, town) => [
      `${film} is a film directed by ${person}. ${filler()}`,
      `${person} was born in ${town} to a family of ${draw.pick(jobs)}s. ${filler()}`,
      `Where was the director of ${film} born?`,
    ],
    (company, person, school) => [
      `${company} is a maker of ${draw.pick(things)}s founded by ${person}. ${filler()}`,
      `${person} studied ${draw.pick(topics)} at the ${school} Institute. ${filler()}`,
      `Where did the founder of ${company} study?`,
    ],
    (novel, person, spouse) => [
      `${novel} is a novel written by ${person}. ${filler()}`,
      `${person} married the ${draw.pick(jobs)} ${spouse} in ${draw.name()}. ${filler()}`,
      `Who is the spouse of the author of ${novel}?`,
    ],
    (town, river, sea) => [
      `${town} is a town on the ${river} River. ${filler()}`,
      `The ${river} River flows into the Gulf of ${sea}. ${filler()}`,
      `Into which body of water does the river at ${town} flow?`,
    ],
  ]
  const made = Array.from({ length: 160 }, (_, index) => {
    const chain = chains[index % chains.length] as (typeof chains)[number]
    return chain(draw.name(), index % 4 === 3 ? draw.name() : draw.person(), draw.name())
  })
  const rows = draw.shuffle(made.flatMap(([first, second], chain) => [first, second].map((text) => ({ text, chain }))))
  const goldOf = (chain: number): number[] => rows.flatMap((row, index) => (row.chain === chain ? [index] : []))
  return {
    measure: 'recall',
    records: rows.map(({ text }, index) => said(text, monday - (rows.length - index) * 3_600_000)),
    questions: made.map(([, , text], chain) => ({ text, gold: goldOf(chain) })),
  }
}

/** Talk of several people, where the turn that answers has no word of the question but the turn beside it has. */
function threads(draw: Draw): Omit<Scenario, 'name'> {
  const cast = Array.from({ length: 6 }, () => draw.name())
  const chatter = [
    'Haha, that is so true.',
    'I slept badly again, the neighbours were loud.',
    `Did anybody see the match yesterday?`,
    'Let us talk about it on the phone later.',
    'The weather here is awful.',
    'Good morning everyone!',
    'I have to run, my bus is coming.',
    'No idea, honestly.',
    'That sounds wonderful, tell me more.',
  ]
  const records: MemoryInput[] = []
  const questions: Question[] = []
  for (let thread = 0; thread < 60; thread++) {
    const [asker, teller] = draw.shuffle(cast) as [string, string]
    const start = monday - (60 - thread) * day
    const topic = draw.pick(topics)
    const add = (speaker: string, text: string): number =>
      records.push(
        said(`${speaker}: ${text}`, start + records.length * 60_000, {
          kind: 'event',
          source: { author: 'user', sessionId: `thread-${thread}`, at: start + records.length * 60_000 },
        }),
      ) - 1
    for (let turn = 0; turn < 4; turn++) add(draw.pick(cast), draw.pick(chatter))
    const thing = draw.pick(things)
    const place = draw.name()
    const forms: [string, string, string][] = [
      [
        `Where did you buy the ${thing} for ${topic}?`,
        `At the little shop behind the station in ${place}.`,
        `Where did ${teller} buy the ${thing} for ${topic}?`,
      ],
      [
        `Who taught you ${topic} with that old ${thing}?`,
        `My aunt ${place}, she never lost her patience.`,
        `Who taught ${teller} ${topic} with the ${thing}?`,
      ],
      [
        `How much did the ${topic} course with the ${thing} cost?`,
        `About ${100 + Math.floor(draw.rng() * 900)} crowns, far too much for ${place}.`,
        `What did the ${topic} course with the ${thing} cost ${teller}?`,
      ],
    ]
    const [ask, answer, question] = draw.pick(forms)
    add(asker, ask)
    questions.push({ text: question, gold: [add(teller, answer)] })
    for (let turn = 0; turn < 4; turn++) add(draw.pick(cast), draw.pick(chatter))
    add(teller, `I think about ${draw.pick(topics)} and my ${draw.pick(things)} a lot.`)
  }
  return { measure: 'recall', records, questions }
}

/** Events of the same people told apart by their time only. */
function dates(draw: Draw): Omit<Scenario, 'name'> {
  const people = Array.from({ length: 12 }, () => draw.name())
  const deeds = list(
    'visited the dentist, repaired the roof, sold a painting, cooked for the club, lost a key, planted tomatoes, wrote to the mayor, ran in the park, fed the horses, tuned the piano',
  )
  const records: MemoryInput[] = []
  const questions: Question[] = []
  const months = list('January,February,March,April,May,June,July,August,September,October,November,December')
  for (const person of people) {
    const at = (days: number): number => monday - days * day
    const ages = draw.shuffle([1, 6, ...Array.from({ length: 30 }, (_, index) => 10 + 10 * index)])
    const deed = draw.shuffle(deeds)
    const first = records.length
    ages.forEach((age, index) => {
      const happened = at(age)
      records.push(
        said(`${person} ${deed[index % deeds.length]} with ${draw.name()}`, happened, {
          kind: 'event',
          source: { author: 'user', at: happened },
        }),
      )
    })
    const of = (age: number): number => first + ages.indexOf(age)
    const month = months[new Date(at(100)).getUTCMonth()]
    questions.push(
      { text: `What did ${person} do yesterday?`, gold: [of(1)] },
      { text: `What did ${person} do last week?`, gold: [of(1), of(6)] },
      { text: `What did ${person} do ten days ago?`, gold: [of(10)] },
      { text: `Where was ${person} ten weeks ago?`, gold: [of(70)] },
      { text: `What did ${person} do before April 2023?`, gold: [of(280), of(290), of(300)] },
      { text: `What did ${person} do in ${month} 2023?`, gold: [of(100)] },
      { text: `What happened to ${person} on ${new Date(at(40)).toISOString().slice(0, 10)}?`, gold: [of(40)] },
    )
  }
  return { measure: 'recall', records, questions }
}

/** A thing that changes: how it is first told, how changes are told, and how it is asked for. */
interface Changing {
  readonly attribute: string
  readonly values: readonly string[]
  readonly first: readonly string[]
  readonly later: readonly string[]
  readonly ask: string
}

const changing: readonly Changing[] = [
  {
    attribute: 'residence',
    values: list('Lisbon, Oslo, Quito, Hanoi, Tartu, Lima, Accra, Perth'),
    first: ['# lives in @', '# lives in the old town of @'],
    later: ['# moved to @', '# has relocated to @', '# now calls @ home', '# settled down in @ for good'],
    ask: 'Where does # live?',
  },
  {
    attribute: 'employer',
    values: list('Acme, Initech, Globex, Umbrella, Hooli, Vandelay, Stark, Wayne'),
    first: ['# works at @', '# works for @ as an engineer'],
    later: ['# joined @', '# was hired by @', '# took a job at @', '# started at @ this spring'],
    ask: 'Where does # work?',
  },
  {
    attribute: 'favourite drink',
    values: list('espresso, green tea, cider, lemonade, mate, cocoa, kefir'),
    first: ["#'s favourite drink is @", 'The favourite drink of # is @'],
    later: ['# has switched to @', '# would rather have @ these days', '# now drinks only @', '# has gone over to @'],
    ask: 'What is the favourite drink of #?',
  },
  {
    attribute: 'meeting day',
    values: list('Mondays, Tuesdays, Wednesdays, Thursdays, Fridays, Saturdays'),
    first: ['The # meeting takes place on @', 'The # meeting is held on @'],
    later: ['The # meeting was moved to @', 'We now do the # meeting on @', 'The # sync has been rescheduled to @'],
    ask: 'On which day is the # meeting?',
  },
  {
    attribute: 'phone',
    values: list('555 1234, 555 9876, 555 4444, 555 7070, 555 2121, 555 3838'),
    first: ["#'s phone number is @", 'The phone number of # is @'],
    later: ['# has a new number: @', 'Call # at @ from now on', '# can be reached at @ now', "#'s cell changed to @"],
    ask: 'What is the phone number of #?',
  },
  {
    attribute: 'database',
    values: list('MySQL, MongoDB, SQLite, Redis, Oracle, DuckDB, Cassandra'),
    first: ['The # service uses @ as its database', 'The database of the # service is @'],
    later: [
      'The # service was migrated to @',
      'The # service runs on @ now',
      'We replaced the store of the # service with @',
    ],
    ask: 'Which database does the # service use?',
  },
  {
    attribute: 'deadline',
    values: list('3 March, 14 April, 2 May, 9 June, 30 July, 21 August'),
    first: ['The deadline of project # is @', 'Project # is due on @'],
    later: ['Project # was pushed back to @', 'The # deadline slipped to @', 'Project # has to be done by @ now'],
    ask: 'What is the deadline of project #?',
  },
  {
    attribute: 'owner',
    values: list('Priya, Tomas, Ingrid, Kofi, Mei, Ruben, Salma'),
    first: ['@ owns the # module', 'The # module belongs to @'],
    later: ['@ took over the # module', 'The # module was handed to @', '@ is now responsible for the # module'],
    ask: 'Who owns the # module?',
  },
  {
    attribute: 'partner',
    values: list('Ada, Bruno, Carla, Dmitri, Elif, Farid, Greta'),
    first: ['# is married to @', '# is engaged to @'],
    later: ['# is with @ now', '# left and now lives with @ as a couple', "#'s new partner is @"],
    ask: 'Who is # married to?',
  },
  {
    attribute: 'price',
    values: list('10 euros, 12 euros, 15 euros, 18 euros, 20 euros, 25 euros'),
    first: ['The # plan costs @', 'The price of the # plan is @'],
    later: ['The # plan went up to @', 'We raised the # plan to @', 'The # plan is @ from this month on'],
    ask: 'How much does the # plan cost?',
  },
]

/** Things whose attributes no rule knows, changed in words no rule was written for. */
const unforeseen: readonly Changing[] = [
  {
    attribute: 'desk',
    values: list('A4, B7, C2, D9, E5, F1'),
    first: ['# sits at desk @', 'The desk of # is number @'],
    later: ['# swapped over to @', 'You will find # at @ now', '# has been put at @ since the flood'],
    ask: 'At which desk does # sit?',
  },
  {
    attribute: 'guest password',
    values: list('tulip, walnut, copper, maple, raven, cobalt'),
    first: ['The guest password at # is @', 'Guests at # log in with @'],
    later: ['Guests at # type @ these days', 'The code for visitors of # changed to @', 'At # it is @ from today on'],
    ask: 'What is the guest password at #?',
  },
  {
    attribute: 'gym',
    values: list('Ironworks, Pulse, Summit, Anvil, Orbit, Delta'),
    first: ['# trains at the @ gym', "#'s gym is @"],
    later: [
      '# gave up on it and signed with @',
      '# goes to @ to lift weights now',
      '# was seen sweating at @, the new place',
    ],
    ask: 'Which gym does # train at?',
  },
  {
    attribute: 'bus',
    values: list('12, 27, 34, 41, 58, 63'),
    first: ['# takes bus @ to the office', 'The bus that # takes is line @'],
    later: ['# commutes on the @ since the strike', '# rides the @ now', '# has to use the @ instead'],
    ask: 'Which bus does # take to the office?',
  },
  {
    attribute: 'dose',
    values: list('5 mg, 10 mg, 15 mg, 20 mg, 30 mg'),
    first: ['# takes @ of the medicine every evening', 'The dose of # is @ in the evening'],
    later: ['The doctor put # on @', '# is down to @ now', 'From this week # swallows @'],
    ask: 'What dose of the medicine does # take?',
  },
  {
    attribute: 'book',
    values: list('Emma, Dracula, Ulysses, Walden, Beloved, Middlemarch'),
    first: ['The # club reads @', 'The book of the # club is @'],
    later: ['The # club has started @', 'The # club is on to @ now', 'The # club put it aside for @'],
    ask: 'Which book does the # club read?',
  },
]

/** Facts that change two to four times, each time in other words, told among other facts about the same names. */
function changes(draw: Draw, kinds: readonly Changing[], named: boolean): Omit<Scenario, 'name'> {
  const made = Array.from({ length: 20 }, () => kinds)
    .flat()
    .map((change, index) => {
      const name = draw.name()
      const values = draw.shuffle(change.values)
      const later = draw.shuffle(change.later)
      const versions = 2 + Math.floor(draw.rng() * 3)
      const texts = Array.from({ length: Math.min(versions, later.length + 1) }, (_, version) => {
        const form = version === 0 ? draw.pick(change.first) : (later[version - 1] as string)
        return form.replaceAll('#', name).replaceAll('@', values[version] as string)
      })
      return { index, change, name, texts }
    })
  const rows: { content: string; chain: number; version: number; subject: string; attribute: string }[] = []
  const waiting = made.map(({ texts, index }) => ({ chain: index, left: texts.length }))
  while (waiting.some(({ left }) => left > 0)) {
    const next = draw.pick(waiting.filter(({ left }) => left > 0))
    const chain = made[next.chain] as (typeof made)[number]
    const version = chain.texts.length - next.left
    next.left--
    const { name: subject, change } = chain
    rows.push({
      content: chain.texts[version] as string,
      chain: chain.index,
      version,
      subject,
      attribute: change.attribute,
    })
    if (draw.rng() < 0.4)
      rows.push({
        content: `${subject} was mentioned in the ${draw.pick(places)} next to a ${draw.pick(things)}`,
        chain: -1,
        version: 0,
        subject: '',
        attribute: '',
      })
  }
  return {
    measure: 'newest',
    records: rows.map(({ content, subject, attribute }, index) =>
      said(content, monday - (rows.length - index) * 3_600_000, named && subject !== '' ? { subject, attribute } : {}),
    ),
    questions: made.map(({ index, change, name, texts }) => {
      const gold = rows.findIndex(({ chain, version }) => chain === index && version === texts.length - 1)
      return { text: change.ask.replaceAll('#', name), gold: [gold], newest: gold }
    }),
  }
}

/** A person's fact that stays, and later another of the same person that changes: what was told last is not what is asked for. */
function otherChanges(draw: Draw): Omit<Scenario, 'name'> {
  const kinds = [...changing, ...unforeseen].filter(
    ({ ask }) => !/# (?:meeting|service|module|plan|club)|project #|at #/.test(ask),
  )
  const made = Array.from({ length: 180 }, (_, index) => {
    const asked = kinds[index % kinds.length] as Changing
    const other = draw.pick(kinds.filter((kind) => kind !== asked))
    const name = draw.name()
    const tell = (form: string, kind: Changing): string =>
      form.replaceAll('#', name).replaceAll('@', draw.pick(kind.values))
    return {
      texts: [
        tell(draw.pick(asked.first), asked),
        tell(draw.pick(other.first), other),
        tell(draw.pick(other.later), other),
      ],
      ask: asked.ask.replaceAll('#', name),
    }
  })
  const rows = made.flatMap(({ texts }) => texts)
  return {
    measure: 'newest',
    records: rows.map((content, index) => said(content, monday - (rows.length - index) * 3_600_000)),
    questions: made.map(({ ask }, index) => ({ text: ask, gold: [3 * index], newest: 3 * index })),
  }
}

/** Two tenants who know the same names and tell other things of them: only the own ones count, and nothing may leak. */
function tenants(draw: Draw): Omit<Scenario, 'name'> {
  const people = Array.from({ length: 60 }, () => draw.person())
  const rows = draw.shuffle(
    people.flatMap((person) =>
      ['north', 'south'].flatMap((namespace) => [
        [
          namespace,
          `${person} keeps a ${draw.pick(things)} in the ${draw.pick(places)}`,
          `Where does ${person} keep things?`,
        ],
        [namespace, `${person} spoke of ${draw.pick(topics)} to ${draw.name()}`, `Who did ${person} speak to?`],
        [namespace, `${person} trained as a ${draw.pick(jobs)}`, `What did ${person} train as?`],
      ]),
    ),
  ) as [string, string, string][]
  return {
    measure: 'newest',
    records: rows.map(([namespace, content], index) =>
      said(content, monday - (rows.length - index) * 3_600_000, { namespace }),
    ),
    questions: rows.map(([namespace, , text], index) => ({ text, gold: [index], newest: index, namespace })),
  }
}

/** What expired is never found; what fades gives way to what is fresh, used or pinned, of equal words. */
function fading(draw: Draw): Omit<Scenario, 'name'> {
  const records: MemoryInput[] = []
  const questions: Question[] = []
  const add = (content: string, ageDays: number, rest: Partial<MemoryInput> = {}): number =>
    records.push(said(content, monday - ageDays * day, rest)) - 1
  for (let round = 0; round < 60; round++) {
    const name = draw.name().toLowerCase()
    const [first, second, third] = draw.shuffle(places) as [string, string, string]
    const ask = `where is the ${name} box`
    const tell = (place: string): string => `${name} box: ${place}`
    const guess = { source: { author: 'agent' as const, at: monday - 300 * day } }
    if (round % 3 === 0) {
      add(tell(first), 1, { expiresAt: monday })
      const left = add(tell(second), 300)
      questions.push({ text: ask, gold: [left], newest: left })
    } else if (round % 3 === 1) {
      add(tell(first), 300, guess)
      const fresh = add(tell(second), 2, { source: { author: 'agent', at: monday - 2 * day } })
      questions.push({ text: ask, gold: [fresh], newest: fresh })
    } else {
      const pinned = add(tell(first), 300, { ...guess, pinned: true })
      add(tell(third), 250, { source: { author: 'agent', at: monday - 250 * day } })
      questions.push({ text: ask, gold: [pinned], newest: pinned })
    }
  }
  return { measure: 'newest', records, questions }
}

/** Texts without spaces, with marks and quotes, and questions with the operators of FTS5 and SQL in them. */
function scripts(draw: Draw): Omit<Scenario, 'name'> {
  const han = [...'山川田林森石金銀銅鉄海湖空雲雨雪風花草木竹米麦茶塩糖油酒魚鳥馬牛羊犬猫']
  const accents = list('Müller, Ångström, Núñez, Dvořák, Šimek, Żółw, Çelik, Øster, Þórir, Łukasz')
  const used = new Set<string>()
  const pair = (): string => {
    for (;;) {
      const one = `${draw.pick(han)}${draw.pick(han)}`
      if (!used.has(one) && used.add(one)) return one
    }
  }
  const plain = (text: string): string =>
    text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('Ø', 'O').replaceAll('ø', 'o')
  const made = Array.from({ length: 40 }, () => {
    const [one, other, name, noun] = [pair(), pair(), draw.name(), `${draw.pick(accents)} ${draw.name()}`]
    return [
      [`部署密钥${one}每周五在${other}轮换`, `部署密钥${one}什么时候轮换？`],
      [`${pair()}プロジェクトの会議は${pair()}室で開く ${name}`, `${name} 会議 どこ`],
      [
        `${noun} keeps the ${draw.pick(things)} in the ${draw.pick(places)}`,
        `where does ${/[þŁłŻ]/iu.test(noun) ? noun : plain(noun)} keep things?`,
      ],
      [
        `The "${name}Handler" of queue_${name.toLowerCase()} retries ${2 + Math.floor(draw.rng() * 8)} times`,
        `how often does "${name}Handler" retr* OR (queue_${name.toLowerCase()}) -times ^retries' ; --`,
      ],
    ] as [string, string][]
  })
  const rows = draw.shuffle(made.flat())
  return {
    measure: 'recall',
    records: rows.map(([content], index) => said(content, monday - (rows.length - index) * 3_600_000)),
    questions: rows.map(([, text], index) => ({ text, gold: [index] })),
  }
}

/** Questions with no answer: about people whose names are nearly stored, or about things never mentioned. */
function unanswerable(draw: Draw, distance: 'near' | 'far'): Omit<Scenario, 'name'> {
  const base = plainFacts(draw)
  const people = [...new Set(base.records.map(({ content }) => /[A-Z]\w+ [A-Z]\w+/.exec(content)?.[0] ?? ''))].filter(
    Boolean,
  )
  const strangers = Array.from({ length: 100 }, () => draw.person())
  const crossed = people.slice(0, 100).map((person, index) => {
    const other = people[(index + 7) % people.length] ?? ''
    const [first = '', last = ''] = [person.split(' ')[0], other.split(' ')[1]]
    const similar = last.slice(0, -1) + (last.endsWith('a') ? 'i' : 'a')
    return draw.pick([`${first} ${last}`, `${first} ${similar}`, `${first} ${draw.name()}`])
  })
  const near = crossed.flatMap((person) => [`Where does ${person} keep things?`, `Which food can ${person} not eat?`])
  const far = strangers.flatMap((person) => [
    `How often does the volcano near ${person.split(' ')[0]} erupt?`,
    `What does the constitution of ${person.split(' ')[1]} say on taxes?`,
    `Which food did the emperor ${person.split(' ')[1]} eat in the garage?`,
    draw.pick([
      'How do I prune an apple tree?',
      'Which server of the constitution runs two trains?',
      'Where does the moon keep the tides?',
      'Can a backup of the opera run in the garage?',
    ]),
  ])
  return {
    measure: 'empty',
    records: base.records,
    questions: [...new Set(distance === 'near' ? near : far)].map((text) => ({ text, gold: [] })),
  }
}
