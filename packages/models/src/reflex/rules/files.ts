/** Rules for finding and reading files. */

import type { Intent } from '../intent.js'
import { pieceMark } from '../quoted.js'
import { numberPattern, readNumber } from '../words.js'
import { type Clause, call, type Rule, rule } from './clause.js'
import { recall } from './memory.js'
import { anyPath, filePath, folderNoun, folderOf, isAbstract, isFileName, itPath, pathOf } from './paths.js'

const kinds: Readonly<Record<string, string>> = {
  markdown: '*.md',
  md: '*.md',
  typescript: '*.ts',
  ts: '*.ts',
  javascript: '*.js',
  js: '*.js',
  python: '*.py',
  py: '*.py',
  json: '*.json',
  yaml: '*.yaml',
  text: '*.txt',
  txt: '*.txt',
  html: '*.html',
  css: '*.css',
  rust: '*.rs',
  go: '*.go',
  sql: '*.sql',
  shell: '*.sh',
  test: '*.test.*',
}
const kindPattern = Object.keys(kinds).join('|')

/** What is in a folder. */
export const listingFiles: readonly Rule[] = [
  rule(new RegExp(`^(?:ls|dir)(?: (?<path>(?!-)${anyPath}))?$`, 'iu'), ({ path = '' }, clause) =>
    call('list_files', { path: folderOf(path, clause) }),
  ),
  rule(
    new RegExp(
      `^(?:find|list|show|get|give|locate|search for|look for)(?: me)?(?: (?:all|any|every|the))*(?: files?)?(?: (?:named|called|matching|like|with (?:the )?(?:name|pattern|extension)|ending (?:in|with)))? (?<pattern>\\*?[\\p{L}\\p{N}_.*?-]*\\*[\\p{L}\\p{N}_.*?/-]*|\\.[a-z]{1,5})(?: files?)?(?: (?:in|under|inside|within|from)(?: the)? (?<path>${anyPath})(?: ${folderNoun})?)?$`,
      'iu',
    ),
    ({ pattern = '', path = '' }, clause) =>
      call('list_files', {
        path: folderOf(path, clause),
        pattern: pattern.startsWith('.') ? `*${pattern}` : pattern,
        depth: 10,
      }),
  ),
  rule(
    new RegExp(
      `^(?:find|locate|search for|look for|where is)(?: (?:a|the|all|any))* files? (?:named|called|with the name) (?<pattern>${anyPath})(?: (?:in|under|inside|within)(?: the)? (?<path>${anyPath})(?: ${folderNoun})?)?$`,
      'iu',
    ),
    ({ pattern = '', path = '' }, clause) =>
      call('list_files', { path: folderOf(path, clause), pattern: `*${clause.pieces.value(pattern)}*`, depth: 10 }),
  ),
  rule(
    new RegExp(
      `^(?:(?:list|show|display|see|view|get|give|print|browse|tell|count|find)(?: me)?|what(?:'s| is| are)?|which|are there|how many|do (?:i|we) have)(?: (?:all|the|any|of|my|our|every|there|project|workspace|repo))*(?: (?<kind>${kindPattern}))? (?:files?(?: and ${folderNoun})?|${folderNoun}(?: and files?)?|contents?|entries|documents|structure|tree|file tree|file structure|listing)(?<deep> recursively)?(?: (?:are|is|do (?:i|we|you) (?:have|see)|there|exist|live|exists))*(?: (?:in|of|inside|under|within|from|at|for)(?: (?:the|my|our|this))?(?: ${folderNoun})?(?: (?<path>${anyPath}))?(?: ${folderNoun})?)?(?: here| there)?(?<all> recursively)?$`,
      'iu',
    ),
    ({ kind = '', path = '', deep = '', all = '' }, clause) =>
      call('list_files', {
        path: folderOf(path, clause),
        pattern: kinds[kind.toLowerCase()],
        depth:
          kind !== '' || deep !== '' || all !== '' ? 10 : /\b(?:tree|structure)\b/i.test(clause.text) ? 3 : undefined,
      }),
  ),
  rule(
    new RegExp(
      `^(?:what(?:'s|’s| is| are|'re)?|show(?: me)?(?: what(?:'s| is))?|list(?: what(?:'s| is))?|see what(?:'s| is)|tell me what(?:'s| is)|look|look at what(?:'s| is))(?: (?:there|stored|located|everything|all))* (?:in|inside|under|within)(?: (?:the|my|our|this))?(?: ${folderNoun})? (?<path>(?!${filePath.replace('[\\uE000-\\uF8FF]|', '')}$)${anyPath}|[\\p{L}\\p{N}_@.\\-]+(?:/[\\p{L}\\p{N}_@\\-]+)*/?)(?: ${folderNoun})?$`,
      'iu',
    ),
    ({ path = '' }, clause) =>
      isFileName(path) || isAbstract(path) ? undefined : call('list_files', { path: folderOf(path, clause) }),
  ),
  rule(
    new RegExp(
      `^(?:list|show(?: me)?|browse|open|explore)(?: (?:the|my|our))? (?:${folderNoun} (?<path>${anyPath})|(?<other>${anyPath}) ${folderNoun}|(?<slashed>[\\p{L}\\p{N}_@.\\-/]+/))$`,
      'iu',
    ),
    ({ path = '', other = '', slashed = '' }, clause) =>
      call('list_files', { path: folderOf(path || other || slashed, clause) }),
  ),
  rule(/^list (?<path>[\p{L}\p{N}_-]+(?:\/[\p{L}\p{N}_-]+)*)$/iu, ({ path = '' }, clause) =>
    isAbstract(path) || isFileName(path) ? undefined : call('list_files', { path: folderOf(path, clause) }),
  ),
  rule(
    /^(?:list|show)(?: me)? (?:everything|all)(?: here| in here)?$|^what(?:'s| is) (?:in )?here$|^where am i$/i,
    () => call('list_files', {}),
  ),
]

const readVerb =
  "(?:read|open|show|cat|display|print|view|see|look at|look into|look inside|take a look at|give me|get|fetch|load|inspect|check|check out|review|summari[sz]e|type|output|tell me what(?:'s| is) in|what(?:'s|’s| is) (?:in|inside)|what is written in|what are the contents of|show me what(?:'s| is) in)"
const fileWords =
  '(?:(?:me|out|the|my|our|all|of|whole|entire|full|complete|contents?|content|text|source|code|file|document|named|called|in|us) )*'

/** What is in a file. */
export const readingFiles: readonly Rule[] = [
  rule(
    new RegExp(
      `^(?:${readVerb} )?${fileWords}lines? (?<from>\\d+)(?:\\s*(?:-|–|to|through|until|till|and|\\.\\.)\\s*(?<to>\\d+))? (?:of|in|from) ${fileWords}(?<path>${anyPath}|${itPath})$`,
      'iu',
    ),
    ({ from = '', to = '', path = '' }, clause) =>
      call('read_file', { path: pathOf(path, clause), startLine: Number(from), endLine: Number(to || from) }),
  ),
  rule(
    new RegExp(
      `^${readVerb} ${fileWords}(?<path>${filePath}|${itPath}),? ?\\(?(?:from )?(?:lines? |:|L)(?<from>\\d+)(?:\\s*(?:-|–|to|through|until|till|and)\\s*(?:line )?(?<to>\\d+))?\\)?$`,
      'iu',
    ),
    ({ from = '', to = '', path = '' }, clause) =>
      call('read_file', {
        path: pathOf(path, clause),
        startLine: Number(from),
        endLine: to !== '' ? Number(to) : /from line/i.test(clause.text) ? undefined : Number(from),
      }),
  ),
  rule(
    new RegExp(
      `^(?:${readVerb} )?${fileWords}(?:first|top|initial) (?<count>${numberPattern})? ?lines? (?:of|in|from) ${fileWords}(?<path>${anyPath}|${itPath})$`,
      'iu',
    ),
    ({ count = '', path = '' }, clause) =>
      call('read_file', { path: pathOf(path, clause), startLine: 1, endLine: count === '' ? 1 : readNumber(count) }),
  ),
  rule(
    new RegExp(
      `^(?:what does|what do) ${fileWords}(?<path>${filePath}) (?:say|contain|hold|have in it|look like|do|include)$`,
      'iu',
    ),
    ({ path = '' }, clause) => call('read_file', { path: pathOf(path, clause) }),
  ),
  rule(
    new RegExp(
      `^${readVerb} (?:me |out |to me )*(?:the |my |our )?(?:contents? of )?(?:the )?file (?:called |named )?(?<path>${anyPath})$`,
      'iu',
    ),
    ({ path = '' }, clause) => call('read_file', { path: pathOf(path, clause) }),
  ),
  rule(
    new RegExp(`^${readVerb} ${fileWords}(?<path>${filePath})(?: file| again| to me| out loud| aloud| out)*$`, 'iu'),
    ({ path = '' }, clause) =>
      /^https?:/i.test(clause.pieces.value(path)) || path.endsWith('/')
        ? undefined
        : call('read_file', { path: pathOf(path, clause) }),
  ),
  rule(
    new RegExp(
      `^(?:read|open|show|cat|display|print|view|look at)(?: me)? (?:${itPath}|it back)(?: again| to me| back)*$`,
      'iu',
    ),
    (_, { mentioned }) => (mentioned.path === undefined ? undefined : call('read_file', { path: mentioned.path })),
  ),
  rule(/^(?:cat|read) (?<path>[\p{L}\p{N}_-]+)$/iu, ({ path = '' }, clause) =>
    /^(?:it|that|this|more|on|me|aloud)$/i.test(path) ? undefined : call('read_file', { path: pathOf(path, clause) }),
  ),
]

const inPath = `(?: (?:in|inside|within|under|across|throughout|from|of)(?: (?:the|all|my|our|all the|every))*(?: (?:files?|${folderNoun}|code|source|sources))*(?: (?:in|of|under|inside))?(?: (?:the|my))? ?(?<path>${anyPath})?(?: ${folderNoun}| files?| code| project| repo)?)?`
const searchWords =
  '(?:(?:the |all |any |every |some |each )?(?:text|string|word|phrase|term|occurrences? of|mentions? of|uses? of|usages? of|references? to|lines? (?:with|containing|matching)|comments? (?:with|containing)|places? (?:with|where))\\s+)*'

/** Where something is written. */
export const searchingFiles: readonly Rule[] = [
  rule(
    /^(?:find|show me|look for|tell me|locate|search)(?: out)? where (?:the )?(?<query>.+?) (?:is|are|gets?) (?:defined|used|declared|set|implemented|called|mentioned|imported)$/i,
    ({ query = '' }, clause) => searchFiles(query, '', clause),
  ),
  rule(
    /^(?:search|look|check)(?: (?:in|through))? (?:your |my |the )?(?:memory|memories|notes|mind)(?: for| about)? (?<query>.+)$/i,
    ({ query = '' }, clause) => recall(query, clause),
  ),
  rule(
    new RegExp(
      `^(?:search|grep|scan|look)(?: (?:in|through|inside))?(?: the)? (?<path>(?!for\\b|up\\b|at\\b|the\\b|into\\b)${anyPath}|(?:files?|code|project|workspace|repo|source))(?: ${folderNoun}| files?)? for ${searchWords}(?<query>.+)$`,
      'iu',
    ),
    ({ query = '', path = '' }, clause) =>
      searchFiles(query, /^(?:files?|code|source)$/i.test(path) ? '' : path, clause),
  ),
  rule(
    new RegExp(
      `^(?:search(?: for)?|find|grep(?: for)?|look for|locate|scan for|hunt for|look up) ${searchWords}(?<query>.+?)${inPath.replace(/\)\?$/, ')')}$`,
      'iu',
    ),
    ({ query = '', path = '' }, clause) => searchFiles(query, path, clause),
  ),
  rule(
    new RegExp(`^(?:search for|search|grep(?: for)?|look for|find|locate) ${searchWords}(?<query>.+)$`, 'iu'),
    ({ query = '' }, clause) =>
      /^(?:the )?(?:web|internet|online|google)\\b/i.test(query) ? undefined : searchFiles(query, '', clause),
  ),
  rule(
    new RegExp(
      `^(?:where (?:is|are|do (?:i|we)|does it|did (?:i|we)))(?: the)? (?:(?:function|class|variable|type|method|constant|word|string|text|symbol|component|interface) )?(?:use |mention |define |call )?(?<query>${pieceMark}|[\\p{L}\\p{N}_.$]+)(?:\\(\\))? ?(?:defined|used|mentioned|declared|implemented|called|imported|referenced|set)?${inPath}$`,
      'iu',
    ),
    ({ query = '', path = '' }, clause) =>
      /\b(?:defined|used|mentioned|declared|implemented|called|imported|referenced|use|mention|define|function|class|variable|method)\b/i.test(
        clause.text,
      )
        ? searchFiles(query, path, clause)
        : undefined,
  ),
  rule(
    new RegExp(
      `^(?:which|what) files?${inPath.replace(/^\(\?: \(\?:in\|/, '(?: (?:in|')} (?:contains?|mentions?|uses?|includes?|references?|imports?|have|has|say) (?<query>.+)$`,
      'iu',
    ),
    ({ query = '', path = '' }, clause) => searchFiles(query, path, clause),
  ),
]

function searchFiles(query: string, path: string, clause: Clause): Intent {
  const text = clause.pieces.value(query).replace(/^(?:the |all )?(?:word|string|text|phrase) /i, '')
  return call('search_files', { query: text, path: folderOf(path, clause) })
}
