import type { Intent, TaskChange } from '../intent.js'
import { capitalise, contentWords, numberPattern, ordinalPattern, readNumber, readOrdinal } from '../words.js'
import { type Clause, call, type Rule, rule } from './clause.js'

const taskNoun = '(?:tasks?|to-?dos?|to do(?: item)?s?|tickets?|reminders?|action items?|chores?)'
const taskList = '(?:(?:task|to-?do|to do|shopping)s?(?: |-)?list|list of tasks|tasks|to-?dos|list|backlog|agenda)'
const determiners =
  '(?:(?:a|an|another|one more|the|my|our|new|this|that|quick|urgent|important|high[- ]priority|low[- ]priority|following|two|three|some|of|all) )*'

/** New tasks. */
export const creatingTasks: readonly Rule[] = [
  rule(
    new RegExp(
      `^(?:create|add|make|new|open|start|set up|write|file|log|put|record|i need)(?: me)? (?<kind>${determiners})${taskNoun}(?: (?:called|named|titled|entitled|saying|that says|for me))?(?: to| for| about| that| of|:| -|,)?\\s*(?<title>.+)$`,
      'i',
    ),
    ({ title = '', kind = '' }, clause) => createTasks(title, clause, kind),
  ),
  rule(
    /^(?:new )?(?:task|to-?do)(?: item)?\s*[:-]?\s+(?:to )?(?<title>(?!list|done|open|is\b|#?\d).+)$/i,
    ({ title = '' }, clause) => (clause.asks ? undefined : createTasks(title, clause, '')),
  ),
  rule(
    new RegExp(`^(?:add|put|place|append) (?<title>.+?) (?:to|on|onto|in|into) (?:my |the |our )?${taskList}$`, 'i'),
    ({ title = '' }, clause) => createTasks(title, clause, ''),
  ),
]

function createTasks(title: string, clause: Clause, kind: string): Intent[] {
  const several = /^\s*:/.test(title) || /\bfollowing|two|three|some\b/i.test(kind)
  const titles = several ? title.replace(/^\s*:\s*/, '').split(/\s*[,;]\s*(?:and )?|\s+and (?=to |\S+ )/) : [title]
  return titles.filter((text) => text.trim() !== '').map((text) => createTask(text, clause, kind))
}

/** Wants a task; a priority may stand in its words, or in those before it. */
export function createTask(written: string, { pieces }: Clause, kind = ''): Intent {
  const priority =
    /^(?<title>.*?)[,;]?\s*(?:with |at |as |in )?(?:an? )?\(?(?:(?<word>high(?:est)?|urgent|top|low(?:est)?|normal|medium)[- ]priority|priority:?\s*(?<level>-?\d+|high|urgent|low|normal|medium))\)?$/i.exec(
      written,
    )
  const word =
    priority?.groups?.word ??
    priority?.groups?.level ??
    (/urgent|important|high/i.test(kind) ? 'high' : /low/i.test(kind) ? 'low' : '')
  const title = pieces.value((priority?.groups?.title ?? written).replace(/^(?:to|that)\s+/i, ''))
  return call('create_task', { title: capitalise(title.trim().replace(/[.!]+$/, '')), priority: priorityOf(word) })
}

function priorityOf(word: string): number | undefined {
  if (/^-?\d+$/.test(word)) return Number(word)
  if (/^(?:high|urgent|top)/i.test(word)) return 1
  return /^low/i.test(word) ? -1 : undefined
}

/** Lists of tasks. */
export const listingTasks: readonly Rule[] = [
  rule(
    /^(?:is there|do i have|have i|are there)(?: (?:a|an|any|some))? (?:open )?(?:tasks?|to-?dos?) (?:about|for|to|on|regarding|called) .+$/i,
    () => listTasks(''),
  ),
  rule(
    new RegExp(
      `^(?:(?:list|show|display|see|view|get|give|print|read|check|tell|fetch|review|go through|look at|bring up|pull up)(?: me)?(?: what(?:'s| is| are))?|what(?:'s|’s| is| are|'re)?|which|are there|do i have|have i got|how many|is there|any)(?: (?:on|in))? (?<which>(?:(?:any|my|the|all|of|your|our|open|done|completed|finished|closed|pending|remaining|outstanding|unfinished|current|active|every|more|other|incomplete|todo|list) )*)(?:${taskNoun}|${taskList})(?<rest>(?: (?:list|are|is|do|i|have|we|you|there|that|left|open|pending|done|completed|finished|remaining|outstanding|to|for|today|now|currently|right|on|my|list|plate|got|still))*)$`,
      'i',
    ),
    ({ which = '', rest = '' }) => listTasks(`${which} ${rest}`),
  ),
  rule(
    /^(?:my |all |open |done |completed |finished |the |pending )*(?:tasks|to-?dos|to-?do list|task list)$/i,
    (_, { text }) => listTasks(text),
  ),
  rule(
    /^(?:what (?:do|should|must|shall) (?:i|we) (?:have to |need to |still have to |still need to )?do(?: today| next| now| first)?|what(?:'s| is) (?:left|next|pending|on my plate|to do|left to do|there to do|still open|my agenda|on the agenda)(?: today)?|what have i (?:got )?to do(?: today)?)$/i,
    () => listTasks(''),
  ),
  rule(
    /^what (?:have|did) (?:i|we) (?:already )?(?:finish|finished|complete|completed|do|done|get done)(?: so far| today| already)?$/i,
    () => listTasks('done'),
  ),
]

function listTasks(words: string): Intent {
  if (/\b(?:done|completed|finished|closed)\b/i.test(words)) return call('list_tasks', { status: 'done' })
  return call('list_tasks', /\b(?:all|every)\b/i.test(words) ? { status: 'all' } : {})
}

const changes: readonly (readonly [RegExp, TaskChange])[] = [
  [/^(?:done|finished|completed?|closed|resolved|ticked off|checked off|fixed|over)$/i, { status: 'done' }],
  [/^(?:in[- ]progress|started|begun|ongoing|active|under way|underway)$/i, { status: 'in_progress' }],
  [
    /^(?:abandoned|dropped|cancell?ed|obsolete|discarded|won'?t do|not needed|no longer needed|irrelevant|rejected)$/i,
    { status: 'abandoned' },
  ],
  [/^(?:open|not done|undone|unfinished|incomplete|to-?do|pending|not finished|reopened)$/i, { status: 'open' }],
]
const verbs: readonly (readonly [RegExp, TaskChange])[] = [
  [
    /^(?:finish|complete|close|check off|tick off|resolve|i(?:'ve| have|’ve)? (?:just )?(?:finished|completed|done|did|closed)|done with|i'?m done with|i am done with|finished|completed|done|wrap up)$/i,
    { status: 'done' },
  ],
  [
    /^(?:start|begin|start (?:working )?on|begin (?:working )?on|work on|pick up|i(?:'m| am) (?:now )?working on|i(?:'ve| have)? started|start with)$/i,
    { status: 'in_progress' },
  ],
  [/^(?:drop|abandon|cancel|delete|remove|discard|scrap|get rid of|dismiss|kill|trash)$/i, { status: 'abandoned' }],
  [/^(?:reopen|re-open|uncheck|untick|undo|restore)$/i, { status: 'open' }],
]
const verbPattern = verbs.map(([pattern]) => pattern.source.slice(1, -1)).join('|')
const statePattern = changes.map(([pattern]) => pattern.source.slice(1, -1)).join('|')
const idList = `(?:#|no\\.? ?|number )?${numberPattern}(?:(?:,? and |, ?| & )(?:task )?#?${numberPattern})*`

/** Changes to tasks, by number, place or title. */
export const changingTasks: readonly Rule[] = [
  rule(
    new RegExp(
      `^(?<verb>${verbPattern}) (?:the |my )?(?:tasks?|to-?dos?|items?|ticket|reminder)(?: (?:number|no\\.?|nr\\.?|with id|id))? ?#?(?<ids>${idList})$`,
      'i',
    ),
    ({ verb = '', ids = '' }) => updateById(ids, changeOf(verbs, verb)),
  ),
  rule(
    /^(?<verb>finish|complete|close|drop|abandon|reopen|check off|tick off|cancel) #?(?<ids>\d+(?:(?:,? and |, ?)\d+)*)$/i,
    ({ verb = '', ids = '' }) => updateById(ids, changeOf(verbs, verb)),
  ),
  rule(
    new RegExp(
      `^(?:mark|set|flag|move|put|change|update|turn|make)(?: the| my)?(?: status of)?(?: tasks?| to-?dos?| items?| ticket)?(?: (?:number|no\\.?))? ?#?(?<ids>${idList}) (?:as |to |to be |into )?(?:status )?(?<state>${statePattern})$`,
      'i',
    ),
    ({ ids = '', state = '' }) => updateById(ids, changeOf(changes, state)),
  ),
  rule(
    new RegExp(
      `^(?:mark|set|check|tick) (?<state>done|off|complete|completed|finished)(?: the)?(?: tasks?| item)? ?#?(?<ids>${idList})$`,
      'i',
    ),
    ({ ids = '' }) => updateById(ids, { status: 'done' }),
  ),
  rule(
    new RegExp(
      `^(?:the )?(?:tasks?|item|to-?do|ticket|number)? ?#?(?<ids>${idList})(?: (?:is|are|has been|was|have been))?(?: now| already)? (?<state>${statePattern})$`,
      'i',
    ),
    ({ ids = '', state = '' }, { asks }) => (asks ? undefined : updateById(ids, changeOf(changes, state))),
  ),
  rule(
    new RegExp(
      `^(?:rename|retitle|change the title of|change) (?:the )?task ?#?(?<ids>${numberPattern})(?:'s title)? (?:to|as|into) (?<title>.+)$`,
      'i',
    ),
    ({ ids = '', title = '' }, { pieces }) => updateById(ids, { title: capitalise(pieces.value(title)) }),
  ),
  rule(
    new RegExp(
      `^(?:set|change|make|give|raise|lower)(?: the)?(?: priority (?:of|for|on))?(?: the)? task ?#?(?<ids>${numberPattern})(?:'s)?(?: priority)? (?:to |a |an )?(?:priority )?(?<level>-?\\d+|high|low|normal|urgent)(?: priority)?$`,
      'i',
    ),
    ({ ids = '', level = '' }) => updateById(ids, { priority: priorityOf(level) ?? 0 }),
  ),
  rule(
    new RegExp(
      `^(?<verb>${verbPattern}) (?:all|every|everything|each)(?: of)?(?: my| the)?(?: open| remaining| pending)?(?: (?:tasks?|to-?dos?|items?))$`,
      'i',
    ),
    ({ verb = '' }) => ({ type: 'find-task', which: 'all', change: changeOf(verbs, verb) }),
  ),
  rule(
    new RegExp(
      `^mark (?:all|every|everything)(?: of)?(?: my| the)?(?: open)?(?: (?:tasks?|to-?dos?))? (?:as )?(?<state>${statePattern})$`,
      'i',
    ),
    ({ state = '' }) => ({ type: 'find-task', which: 'all', change: changeOf(changes, state) }),
  ),
  rule(
    new RegExp(
      `^(?<verb>${verbPattern}) (?:the |my )(?<place>${ordinalPattern})(?: open)? (?:task|to-?do|item|one)(?: on (?:my |the )list)?$`,
      'i',
    ),
    ({ verb = '', place = '' }) => ({
      type: 'find-task',
      which: { position: readOrdinal(place) },
      change: changeOf(verbs, verb),
    }),
  ),
  rule(
    new RegExp(
      `^mark (?:the |my )(?<place>${ordinalPattern})(?: open)? (?:task|to-?do|item|one) (?:as )?(?<state>${statePattern})$`,
      'i',
    ),
    ({ place = '', state = '' }) => ({
      type: 'find-task',
      which: { position: readOrdinal(place) },
      change: changeOf(changes, state),
    }),
  ),
  rule(
    new RegExp(
      `^(?:mark|set|check|tick) (?:it|that|this(?: one)?|that one|that task|this task) (?:as |off(?: as)? ?)?(?<state>${statePattern}|)$|^(?<verb>${verbPattern}) (?:it|that|this|that task|this task|that one)$|^(?:it|that|this)(?:'s| is) (?<end>done|finished|completed?)$`,
      'i',
    ),
    ({ state = '', verb = '', end = '' }, { mentioned }) => {
      if (mentioned.taskId === undefined) return undefined
      const change = verb !== '' ? changeOf(verbs, verb) : changeOf(changes, state || end || 'done')
      return call('update_task', { id: mentioned.taskId, ...change })
    },
  ),
  rule(
    new RegExp(
      `^(?<verb>${verbPattern}) (?:the |my )?(?:task|to-?do|ticket|reminder|item)(?: (?:called|named|titled|entitled|to|about|for|of|with the title|that says))? (?<title>.+)$`,
      'i',
    ),
    ({ verb = '', title = '' }, { pieces }) => findTask(pieces.value(title), changeOf(verbs, verb)),
  ),
  rule(
    new RegExp(`^(?<verb>${verbPattern}) (?:the |my )?(?<title>.+?) (?:task|to-?do|ticket|reminder)$`, 'i'),
    ({ verb = '', title = '' }, { pieces }) => findTask(pieces.value(title), changeOf(verbs, verb)),
  ),
  rule(
    new RegExp(
      `^(?:mark|set|flag|check|tick) (?:off )?(?:the |my )?(?:task |to-?do |item )?(?:called |named |titled |to |about )?(?<title>.+?)(?: task| to-?do)? (?:as |to )?(?<state>${statePattern})$`,
      'i',
    ),
    ({ title = '', state = '' }, { pieces }) => findTask(pieces.value(title), changeOf(changes, state)),
  ),
  rule(
    /^(?:check|tick|cross) off (?:the |my )?(?:task )?(?<title>.+)$|^(?:check|tick|cross) (?<other>.+?) off(?: (?:my |the )?list)?$/i,
    ({ title = '', other = '' }, { pieces }) => findTask(pieces.value(title || other), { status: 'done' }),
  ),
  rule(
    new RegExp(
      `^(?:the )?(?:task|to-?do)(?: (?:called|named|to|about))? (?<title>.+?) (?:is|has been|was)(?: now| already)? (?<state>${statePattern})$`,
      'i',
    ),
    ({ title = '', state = '' }, { pieces, asks }) =>
      asks ? undefined : findTask(pieces.value(title), changeOf(changes, state)),
  ),
  rule(
    /^i(?:'m| am|'ve| have)? (?:just )?(?:done with|finished|completed) (?:the |my )?(?<title>.+)$/i,
    ({ title = '' }, { pieces, asks }) => (asks ? undefined : findTask(pieces.value(title), { status: 'done' })),
  ),
]

function changeOf(table: readonly (readonly [RegExp, TaskChange])[], word: string): TaskChange {
  return table.find(([pattern]) => pattern.test(word))?.[1] ?? { status: 'done' }
}

function updateById(ids: string, change: TaskChange): Intent[] {
  const found = ids.match(new RegExp(numberPattern, 'gi')) ?? []
  return found.map((id) => call('update_task', { id: readNumber(id), ...change }))
}

function findTask(title: string, change: TaskChange): Intent | undefined {
  const words = contentWords(title)
  return words.length === 0 ? undefined : { type: 'find-task', which: { title: title.trim() }, change }
}
