import type { Intent } from '../intent.js'
import { capitalise, contentWords } from '../words.js'
import { type Clause, call, type Rule, rule, say } from './clause.js'
import { createTask } from './tasks.js'

const subjectless = /^(?:it|that|this|them|everything|all|all of (?:it|this|that)|something|what i (?:said|told you))$/i

/** Facts to keep, and reminders, which are tasks. */
export const remembering: readonly Rule[] = [
  rule(
    /^(?:remind me|remember|don'?t forget|do not forget|don’t forget|make sure i)(?: (?:that i (?:have|need) ))? to (?<title>.+)$/i,
    ({ title = '' }, clause) => createTask(title, clause),
  ),
  rule(/^remind me (?:about|of) (?<title>.+)$/i, ({ title = '' }, clause) => createTask(title, clause)),
  rule(
    /^(?:remember|memori[sz]e|keep in (?:mind|memory)|bear in mind|note(?: down)?(?: for (?:later|the record))?|(?:make|take) (?:a |another )?(?:mental )?note(?: of(?: the fact)?)?|(?:write|jot|put) (?:this |that )?down|don'?t (?:ever )?forget|don’t forget|do not forget|never forget|fyi|for your information|for the record|learn|you should (?:know|remember)|i want you to (?:know|remember)|let it be known|know|(?:save|store|add|commit|put)(?: this| the following| a note)? (?:to|in|into) (?:your )?memory|(?:save|store) (?:the|this) fact)(?:[:,]|\b)\s*(?:that\b|this:|the following:|:|-)?\s*(?<content>.+)$/i,
    ({ content = '' }, clause) => (clause.asks || subjectless.test(content) ? undefined : remember(content, clause)),
  ),
  rule(
    /^(?:save|store|add|commit|put) (?<content>.+?) (?:to|in|into) (?:your |the )?memory$/i,
    ({ content = '' }, clause) => remember(content, clause),
  ),
  rule(/^(?:my name is|call me|i am called|i'm called) (?<name>.+)$/i, ({ name = '' }, clause) =>
    clause.asks ? undefined : remember(`My name is ${name}`, clause),
  ),
  rule(
    /^(?<content>(?:my|our) (?!tasks?\b|to-?dos?\b|list\b)(?:[\p{L}\p{N}'’_-]+ ){1,8}(?:is|are|was|were|has|have|lives?|works?|starts?|ends?|prefers?|likes?|rotates?|expires?|runs?|uses?)(?: .+)?)$/iu,
    ({ content = '' }, clause) => (clause.asks ? undefined : remember(content, clause)),
  ),
  rule(
    /^(?<content>(?:i|we) (?:really |usually |generally |always |never |mostly |strongly |absolutely |also |still |don'?t |do not |no longer )*(?:prefer|like|love|hate|dislike|enjoy|favou?r|can'?t stand|detest|adore) (?!it\b|this\b|that\b|you\b|to know\b|to see\b|how\b|your\b).+)$/i,
    ({ content = '' }, clause) => (clause.asks ? undefined : remember(content, clause)),
  ),
  rule(
    /^(?<content>(?:i|we) (?:always |usually |currently |now )?(?:live in|live at|work (?:at|for|as|in|on|with)|was born|were born|come from|grew up|moved to|speak|drink|drive) .+|(?:i am|i'm|i’m) (?:an? |allergic|from|based in|vegetarian|vegan|married|\d+ years old|left-handed|colou?r-?blind).*|(?:i|we) (?:always|never|usually) (?:use|write|deploy|drink|eat|work|start|run|commit|release) .+)$/i,
    ({ content = '' }, clause) => (clause.asks ? undefined : remember(content, clause)),
  ),
]

function remember(written: string, { pieces }: Clause): Intent {
  const content = written.replace(/^(?:to|for) (?:self|myself|later):?\s*/i, '')
  const text = pieces
    .value(content)
    .trim()
    .replace(/[\s.!]+$/, '')
  const kind = /\b(?:prefer|like|love|hate|dislike|enjoy|favou?rite|favou?r|can'?t stand|detest|adore)\b/i.test(text)
    ? 'preference'
    : undefined
  return call('remember', { content: capitalise(text), kind })
}

/** Facts to forget. */
export const forgetting: readonly Rule[] = [
  rule(
    /^(?:forget|delete|remove|erase) (?:the )?(?:memory|record|fact|note) (?:with (?:the )?id )?#?(?<id>[0-9a-f]{8}-[0-9a-f-]{20,}|\d+)$/i,
    ({ id = '' }) => call('forget', { id }),
  ),
  rule(
    /^(?:forget|unlearn|stop remembering)(?: (?:that|about|everything about|all about|everything you know about|all you know about|what (?:i|you) (?:said|told you|know|told me) about|the (?:fact|memory|note) (?:that|about|of)|anything about|whatever i said about))* (?<query>.+)$/i,
    ({ query = '' }, { pieces }) =>
      subjectless.test(query) ? say('no-subject') : call('forget', { query: pieces.value(query) }),
  ),
  rule(/^(?:forget|never mind|nevermind)(?: it| that| this)?$/i, () => say('no-subject')),
  rule(
    /^(?:delete|remove|erase|clear|drop|wipe)(?: (?:the|all|any|every|your|my))* (?:memor(?:y|ies)|facts?|notes?)(?: you have)? (?:about|of|on|that|regarding) (?<query>.+)$/i,
    ({ query = '' }, { pieces }) => call('forget', { query: pieces.value(query) }),
  ),
  rule(
    /^(?:delete|remove|erase|clear|wipe) (?<query>.+?) from (?:your |the |my )?memory$/i,
    ({ query = '' }, { pieces }) => call('forget', { query: pieces.value(query) }),
  ),
]

const questionStart =
  /^(?:who|whom|whose|what|when|where|why|which|how|is|are|was|were|do|does|did|can|could|will|would|should|has|have|had|am|any idea|whats|whos|wheres|whens)(?:\b|['’]s\b)/i

/** Questions: whatever else is asked is asked of memory. */
export const recalling: readonly Rule[] = [
  rule(
    /^what (?:do|have) you (?:know|remember|learned|learnt|stored|memori[sz]ed)(?: so far| already)?$|^(?:show|list|display)(?: me)?(?: all)?(?: (?:your|my|the))? memor(?:y|ies)$|^what(?:'s| is) in your memory$/i,
    () => say('no-subject'),
  ),
  rule(
    /^(?:recall|look up|retrieve|check your memory for|tell me|do you (?:know|remember|recall)|can you (?:tell me|remember|recall)|could you tell me|what (?:do|did) (?:you|i) (?:know|remember|recall|say|tell you|told you|said|have|learn)(?: (?:about|on|of|regarding|for))|what (?:have|had) i (?:told you|said)(?: about| on| regarding)?|remind me(?: again)?(?: (?:what|when|who|where|how))?|any (?:idea|memory|information|info|notes)(?: (?:about|of|on|where|when|who|what|how|why))?|have i (?:told you|mentioned|said)(?: (?:about|anything about|that))?|did i (?:tell you|mention|say)(?: (?:about|anything about|that))?|i forgot|i(?:'ve| have) forgotten|refresh my memory (?:on|about)|what about|tell me (?:again|everything|more|all|something)(?: you (?:know|remember))?)(?: (?:about|of|on|regarding))?\s+(?<query>.+)$/i,
    ({ query = '' }, clause) => recall(query, clause),
  ),
  (clause) => (clause.asks || questionStart.test(clause.text) ? recall(clause.text, clause) : undefined),
]

/** Looks for what a question is about. */
export function recall(question: string, { pieces }: Clause): Intent[] {
  const text = pieces.restore(question)
  const words = contentWords(text)
  if (words.length > 0) return [call('recall', { query: words.join(' ') })]
  return /\b(?:me|my|i|mine)\b/i.test(text) ? [call('recall', { query: 'my' })] : say('no-subject')
}
