import type { Intent } from '../intent.js'
import { type Clause, call, type Rule, rule, say } from './clause.js'
import { anyPath, filePath, itPath, pathOf } from './paths.js'

const contentWord =
  '(?:(?:with|containing|saying|that says|which says|that contains|whose content is|holding|and (?:write|put))(?: (?:the|its|this|a))?(?: (?:following|single|line|lines))*(?: (?:contents?|text|body|line|words?))?(?: (?:of|in it|into it|as|being))?\\s*:?)'

/** New files, and text put into files. */
export const writingFiles: readonly Rule[] = [
  rule(
    new RegExp(
      `^(?:create|make|write|start|generate|touch)(?: me)?(?: (?:a|an|the|new|empty|another|text|markdown))* (?:file|document|note file)(?: (?:called|named|at|with (?:the )?name|as))? (?<path>${anyPath})(?:,? ${contentWord}\\s*(?<content>[\\s\\S]+))?$`,
      'iu',
    ),
    ({ path = '', content = '' }, clause) => createFile(path, content, clause),
  ),
  rule(
    new RegExp(
      `^(?:create|make|write|touch)(?: (?:a|an|the|new|empty))* (?<path>${filePath})(?: file)?(?:,? ${contentWord}\\s*(?<content>[\\s\\S]+))?$`,
      'iu',
    ),
    ({ path = '', content = '' }, clause) =>
      /^[\uE000-\uF8FF]$/.test(path) && content === '' ? undefined : createFile(path, content, clause),
  ),
  rule(
    new RegExp(
      `^(?:append|add|insert)(?: (?:the |a |this |another )?(?:line|text|sentence|words?|content|row|entry)s?:?)? (?<content>[\\s\\S]+?) (?:to|at|into|onto)(?: the)?(?: (?:end|bottom) of)?(?: the)?(?: file)? (?<path>${filePath}|${itPath})$`,
      'iu',
    ),
    ({ path = '', content = '' }, clause) => append(path, content, clause),
  ),
  rule(
    new RegExp(`^append to (?:the )?(?:file )?(?<path>${filePath}|${itPath}):?\\s+(?<content>[\\s\\S]+)$`, 'iu'),
    ({ path = '', content = '' }, clause) => append(path, content, clause),
  ),
  rule(
    new RegExp(
      `^(?:write|save|put|store|dump)(?: (?:the|this) (?:text|line|content|words?|following)s?:?)? (?<content>[\\s\\S]+?) (?:to|into|in|as)(?: (?:a|the|new))*(?: file)?(?: (?:called|named))? (?<path>${filePath}|${itPath})$`,
      'iu',
    ),
    ({ path = '', content = '' }, clause) =>
      call('write_file', { path: pathOf(path, clause), content: clause.pieces.value(content) }),
  ),
  rule(
    new RegExp(
      `^(?:overwrite|fill|set)(?: the)?(?: contents? of)?(?: the)?(?: file)? (?<path>${filePath}|${itPath}) (?:with|to)(?: the)?(?: (?:content|text))? (?<content>[\\s\\S]+)$`,
      'iu',
    ),
    ({ path = '', content = '' }, clause) =>
      call('write_file', { path: pathOf(path, clause), content: clause.pieces.value(content), mode: 'overwrite' }),
  ),
]

function createFile(path: string, content: string, clause: Clause): Intent {
  return call('write_file', { path: pathOf(path, clause), content: contentOf(content, clause), mode: 'create' })
}

/** Content as it was written: a final mark is a part of it, a full stop and quotes are not. */
function contentOf(content: string, { pieces, ending, text }: Clause): string {
  const isLast = content !== '' && text.endsWith(content) && !/^[\uE000-\uF8FF]$/.test(content)
  return pieces.value(content) + (isLast ? ending.replace(/^[.\s]+$/, '') : '')
}

function append(path: string, content: string, clause: Clause): Intent {
  const text = contentOf(content, clause)
  return call('write_file', { path: pathOf(path, clause), content: `${text.replace(/\n$/, '')}\n`, mode: 'append' })
}

const all = '(?<all>(?:all|every|each)(?: (?:occurrences?|instances?|mentions?))?(?: of)? |)'

/** Text replaced in files; what is to be deleted is talked about. */
export const editingFiles: readonly Rule[] = [
  rule(
    new RegExp(
      `^(?:replace|change|substitute|swap|rename|turn|edit) ${all}(?:the )?(?:(?:word|text|string|line|phrase) )?(?<find>[\\s\\S]+?) (?:with|by|to|for|into) (?:the )?(?:(?:word|text|string|line|phrase) )?(?<replace>[\\s\\S]+?)(?<every>,? (?:everywhere|throughout|globally))? (?:in|inside|within)(?: the)?(?: file)? (?<path>${filePath}|${itPath})(?<after>,? (?:everywhere|throughout|globally))?$`,
      'iu',
    ),
    edit,
  ),
  rule(
    new RegExp(
      `^in(?: the)?(?: file)? (?<path>${filePath}|${itPath}),? (?:please )?(?:replace|change|substitute|swap|rename|turn) ${all}(?<find>[\\s\\S]+?) (?:with|by|to|for|into) (?<replace>[\\s\\S]+?)(?<every>,? (?:everywhere|throughout|globally))?$`,
      'iu',
    ),
    edit,
  ),
  rule(
    new RegExp(
      `^edit (?<path>${filePath}|${itPath})(?: and|:|,)? (?:replace|change|substitute) ${all}(?<find>[\\s\\S]+?) (?:with|by|to|into) (?<replace>[\\s\\S]+?)(?<every>,? everywhere)?$`,
      'iu',
    ),
    edit,
  ),
  rule(
    new RegExp(
      `^(?:delete|remove|erase|rm|unlink)(?: the)?(?: file| folder| directory) .+$|^(?:delete|remove|erase|unlink)(?: the)? (?:${filePath})$`,
      'iu',
    ),
    () => say('no-delete'),
  ),
]

function edit(
  { path = '', find = '', replace = '', all: each = '', every = '', after = '' }: Record<string, string>,
  clause: Clause,
): Intent {
  const everywhere = each !== '' || every !== '' || after !== ''
  return call('edit_file', {
    path: pathOf(path, clause),
    find: clause.pieces.value(find),
    replace: clause.pieces.value(replace),
    all: everywhere ? true : undefined,
  })
}
