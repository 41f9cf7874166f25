import type { Intent } from '../intent.js'
import { pieceMark } from '../quoted.js'
import { type Clause, call, type Rule, rule, say } from './clause.js'
import { folderOf } from './paths.js'

const programs =
  /^(?:(?:git|npm|pnpm|yarn|npx|bun|deno|node|python3?|pip3?|docker|docker-compose|kubectl|cargo|rustc|gcc|tsc|vitest|curl|wget|ssh|scp|rsync|tar|zip|unzip|chmod|chown|mkdir|rmdir|rm|cp|mv|sed|awk|xargs|ps|df|du|uname|whoami|pwd|hostname|uptime|env|printenv|which|whereis|wc|tail|head|sort|uniq|diff|stat|tree|systemctl|journalctl|apt|brew|gh|terraform|ansible|psql|sqlite3|jq|make|go|echo|date|sleep|kill|top|free|ping|ls|cat)(?: .*)?)$/
const shellLike =
  /^(?:pwd|whoami|uname|df|du|ps|uptime|hostname|env|date|tree|git|npm|pnpm|yarn|docker|make|free)$|^\S+ (?:-{1,2}[\w-]|[./~]|\w+$)|^(?:git|npm|pnpm|yarn|npx|docker|kubectl|cargo|pip3?|gh|brew|apt|systemctl|terraform) \w+|^(?:node|python3?|echo|mkdir|rm|cp|mv|curl|wget) \S+|[|&;<>]/

/** Programs to run. */
export const running: readonly Rule[] = [
  rule(/^\s*[$!]\s*(?<command>[\s\S]+)$/, ({ command = '' }, { pieces, ending }) =>
    call('run_command', { command: pieces.restore(command) + ending }),
  ),
  rule(new RegExp(`^(?<piece>${pieceMark})$`), ({ piece = '' }, { pieces }) => {
    const command = pieces.value(piece)
    return pieces.restore(piece).startsWith('`') && programs.test(command)
      ? call('run_command', { command })
      : undefined
  }),
  rule(
    new RegExp(
      `^(?:run|execute|exec|launch|invoke|start|try|do)(?: me)?(?: (?:the|a|this|following))*(?: (?:shell|terminal|bash|console|command[- ]line|system))?(?: (?:command|script|program|process))s?(?: called)?:?\\s+(?<command>[\\s\\S]+?)(?: in(?:side)?(?: the)? (?<folder>(?:${pieceMark}|[\\p{L}\\p{N}_@.\\-/]+))(?<noun> folder| directory)?)?$`,
      'iu',
    ),
    command,
  ),
  rule(
    new RegExp(
      `^(?:run|execute|exec)\\s*:?\\s+(?!(?:the|my|all|our|some|a|an|it|that|this|away|out)\\b)(?<command>[\\s\\S]+?)(?: in(?: the)? (?<folder>(?:${pieceMark}|[\\p{L}\\p{N}_@.\\-/]+))(?<noun> folder| directory)?)?$`,
      'iu',
    ),
    command,
  ),
  rule(/^(?:run|execute) (?:the|my|all|our) .+? (?:with|using|via) (?<command>.+)$/i, command),
  rule(/^(?:run|execute) (?:the|my|all|our|some|a|an) .+$/i, () => say('no-command')),
  rule(
    new RegExp(
      `^(?:what(?:'s| is) the output of|what does|show me the output of|give me the output of)(?: running| the command)? (?<piece>${pieceMark})(?: (?:print|output|return|give|say|show))?$`,
    ),
    ({ piece = '' }, { pieces }) =>
      pieces.restore(piece).startsWith('`') ? call('run_command', { command: pieces.value(piece) }) : undefined,
  ),
  rule(/^(?<command>[a-z][\w.-]*(?: [\s\S]+)?)$/, ({ command = '' }, { pieces, asks }) => {
    const text = pieces.restore(command)
    return !asks && (programs.test(text) ? shellLike.test(text) : /^grep -/.test(text))
      ? call('run_command', { command: text })
      : undefined
  }),
]

function command({ command: written = '', folder = '', noun = '' }: Record<string, string>, clause: Clause): Intent {
  const { pieces } = clause
  const isFolder =
    folder !== '' &&
    (noun !== '' || /[/\\]|^[\uE000-\uF8FF]$/.test(folder) || !/^(?:echo|printf|for|git commit)\b/.test(written))
  const text = isFolder || folder === '' ? written : clause.text.slice(clause.text.indexOf(written))
  return call('run_command', { command: pieces.value(text), folder: isFolder ? folderOf(folder, clause) : undefined })
}

const domain =
  '(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)+(?:com|org|net|io|dev|ai|co|app|edu|gov|info|de|uk|fr|eu|me|sh|xyz|tech|cloud|wiki|ch|nl)(?:/\\S*)?'

/** Things to pay for. */
export const buying: readonly Rule[] = [
  rule(
    new RegExp(
      `^(?:buy|purchase|order|pay(?: for)?|get)(?: me| us)?(?: the)?(?: (?:page|answer|thing|data))?(?: (?:at|from))? ?(?<piece>${pieceMark})(?:,?(?: and)?(?: (?:for|paying|pay|spending))?(?: (?:at most|up to|no more than|max(?:imum)?|not more than|less than))? \\$?(?<price>\\d+(?:\\.\\d+)?)(?: (?:dollars?|usd|usdc|devusd|pathusd))?(?: (?:at most|max(?:imum)?|or less))?)?$`,
      'i',
    ),
    ({ piece = '', price = '' }, { pieces, text }) => {
      const url = pieces.value(piece)
      // "Get" alone is for what costs nothing.
      if (!/^https?:\/\//i.test(url) || (price === '' && /^get\b/i.test(text))) return undefined
      return call('buy_url', { url, maxPrice: price === '' ? smallPrice : price })
    },
  ),
]

/** Most that is paid where no price was said, in units. */
const smallPrice = '0.1'

/** Pages to fetch. */
export const fetching: readonly Rule[] = [
  (clause) => {
    const mark = new RegExp(pieceMark, 'g')
    const urls = (clause.text.match(mark) ?? [])
      .map((piece) => clause.pieces.value(piece))
      .filter((text) => /^https?:\/\//i.test(text))
    const verb =
      /^(?:fetch|get|download|open|read|visit|load|browse|curl|go to|check|summari[sz]e|show|retrieve|pull|look at|see|view|grab|scrape|what(?:'s| is) (?:at|on)|what does|tell me what(?:'s| is) (?:at|on))\b/i
    const alone = clause.text.replace(mark, '').trim() === ''
    if (urls.length === 0 || !(alone || verb.test(clause.text))) return undefined
    return urls.map((url) => call('fetch_url', { url }))
  },
  rule(
    new RegExp(
      `^(?:fetch|get|download|open|visit|load|browse|curl|go to|check|retrieve|grab|scrape|what(?:'s| is) (?:at|on))(?: (?:the|me|us))*(?: (?:page|site|website|url|homepage|web page|content|contents))*(?: (?:at|of|from))? (?<url>${domain})$`,
      'i',
    ),
    ({ url = '' }) => call('fetch_url', { url: `https://${url}` }),
  ),
]
