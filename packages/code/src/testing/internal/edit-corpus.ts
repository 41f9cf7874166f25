/** Edits as models write them, most of them imperfect, with what has to become of each. */

/** One edit and its only right outcome. */
export interface EditCase {
  readonly name: string
  /** What is imperfect about it. */
  readonly flaw: string
  readonly files: Readonly<Record<string, string>>
  readonly text: string
  /** File that the caller names. */
  readonly path?: string
  /** Files as they have to be; absent files are deleted. `refused`: nothing may be changed. */
  readonly expect: Readonly<Record<string, string>> | 'refused'
}

const cart = `import { round } from './money.js'

/** Sums a cart. */
export function total(items: Item[], rate: number): number {
  let sum = 0
  for (const item of items) {
    sum += item.price * item.count
  }
  return round(sum * (1 + rate))
}

export function empty(items: Item[]): boolean {
  return items.length === 0
}
`

const pool = `class Pool:
    def __init__(self, size):
        self.size = size
        self.free = []

    def take(self):
        if not self.free:
            return None
        return self.free.pop()

    def give(self, item):
        if len(self.free) < self.size:
            self.free.append(item)
            return True
        return False
`

const tabs = 'package main\n\nfunc add(a, b int) int {\n\tif a > b {\n\t\treturn a + b\n\t}\n\treturn b + a\n}\n'
const twins = 'one() {\n  start()\n  work(1)\n  stop()\n}\ntwo() {\n  start()\n  work(2)\n  stop()\n}\n'

const block = (path: string, find: string, replace: string): string =>
  `${path}\n<<<<<<< SEARCH\n${find}\n=======\n${replace}\n>>>>>>> REPLACE\n`
const fence = (info: string, body: string): string => `\`\`\`${info}\n${body}\n\`\`\``
const envelope = (body: string): string => `*** Begin Patch\n${body}\n*** End Patch\n`
const diff = (path: string, body: string): string => `--- a/${path}\n+++ b/${path}\n${body}\n`

const ts = { 'src/cart.ts': cart }
const py = { 'pool.py': pool }
const go = { 'main.go': tabs }
const sum = { 'src/cart.ts': cart.replace('let sum = 0', 'let sum = 1') }
const price = {
  'src/cart.ts': cart.replace(
    '    sum += item.price * item.count',
    '    sum += item.price * item.count - item.discount',
  ),
}
const pop = { 'pool.py': pool.replace('self.free.pop()', 'self.free.pop(0)') }

/** Every case. */
export const editCorpus: readonly EditCase[] = [
  // SEARCH and REPLACE blocks.
  { name: 'block', flaw: 'none', files: ts, text: block('src/cart.ts', '  let sum = 0', '  let sum = 1'), expect: sum },
  {
    name: 'block in a fence, below its path',
    flaw: 'markdown',
    files: ts,
    text: `Here is the change:\n\n**src/cart.ts**\n${fence('ts', block('', '  let sum = 0', '  let sum = 1').trim())}\nDone.`,
    expect: sum,
  },
  {
    name: 'block in a fence that names the path',
    flaw: 'markdown',
    files: ts,
    text: fence('ts src/cart.ts', block('', '  let sum = 0', '  let sum = 1').trim()),
    expect: sum,
  },
  {
    name: 'block in a fence with the path inside',
    flaw: 'markdown',
    files: ts,
    text: fence('typescript', block('src/cart.ts', '  let sum = 0', '  let sum = 1').trim()),
    expect: sum,
  },
  {
    name: 'block under a heading with a path in backquotes',
    flaw: 'markdown',
    files: ts,
    text: `### \`src/cart.ts\`\n${block('', '  let sum = 0', '  let sum = 1')}`,
    expect: sum,
  },
  {
    name: 'block without a path, where the caller knows it',
    flaw: 'no path',
    files: ts,
    path: 'src/cart.ts',
    text: block('Sure, I changed it:', '  let sum = 0', '  let sum = 1'),
    expect: sum,
  },
  {
    name: 'block without any path',
    flaw: 'no path',
    files: ts,
    text: block('Sure, I changed it:', '  let sum = 0', '  let sum = 1'),
    expect: 'refused',
  },
  {
    name: 'block with five signs',
    flaw: 'markers',
    files: ts,
    text: 'src/cart.ts\n<<<<< SEARCH\n  let sum = 0\n=====\n  let sum = 1\n>>>>> REPLACE\n',
    expect: sum,
  },
  {
    name: 'block named ORIGINAL and UPDATED',
    flaw: 'markers',
    files: ts,
    text: 'src/cart.ts\n<<<<<<< ORIGINAL\n  let sum = 0\n=======\n  let sum = 1\n>>>>>>> UPDATED\n',
    expect: sum,
  },
  {
    name: 'block without an end',
    flaw: 'cut off',
    files: ts,
    text: 'src/cart.ts\n<<<<<<< SEARCH\n  let sum = 0\n=======\n  let sum = 1\n',
    expect: 'refused',
  },
  {
    name: 'block without a divider before the next one',
    flaw: 'markers',
    files: ts,
    text: `src/cart.ts\n<<<<<<< SEARCH\n  let sum = 0\n${block('', '  return items.length === 0', '  return false')}`,
    expect: 'refused',
  },
  {
    name: 'two blocks under one path',
    flaw: 'no second path',
    files: ts,
    text: `${block('src/cart.ts', '  let sum = 0', '  let sum = 1')}\n${block('', 'length === 0', 'length < 1')}`,
    expect: { 'src/cart.ts': cart.replace('let sum = 0', 'let sum = 1').replace('length === 0', 'length < 1') },
  },
  {
    name: 'block without indentation',
    flaw: 'indentation',
    files: ts,
    text: block('src/cart.ts', 'sum += item.price * item.count', 'sum += item.price * item.count - item.discount'),
    expect: price,
  },
  {
    name: 'block of lines moved to the margin',
    flaw: 'indentation',
    files: py,
    text: block(
      'pool.py',
      'def take(self):\n    if not self.free:\n        return None\n    return self.free.pop()',
      'def take(self):\n    if not self.free:\n        return None\n    return self.free.pop(0)',
    ),
    expect: pop,
  },
  {
    name: 'block moved to the margin that adds deeper lines',
    flaw: 'indentation',
    files: py,
    text: block(
      'pool.py',
      'if not self.free:\n    return None',
      'if not self.free:\n    if self.size == 0:\n        raise ValueError\n    return None',
    ),
    expect: {
      'pool.py': pool.replace(
        '            return None',
        '            if self.size == 0:\n                raise ValueError\n            return None',
      ),
    },
  },
  {
    name: 'block of one line at the margin that becomes two',
    flaw: 'indentation',
    files: py,
    text: block('pool.py', 'return None', 'self.misses += 1\nreturn None'),
    expect: {
      'pool.py': pool.replace('            return None', '            self.misses += 1\n            return None'),
    },
  },
  {
    name: 'block whose first line lost its indentation',
    flaw: 'indentation',
    files: py,
    text: block(
      'pool.py',
      'if not self.free:\n            return None',
      'if not self.free:\n            self.misses += 1\n            return None',
    ),
    expect: {
      'pool.py': pool.replace('            return None', '            self.misses += 1\n            return None'),
    },
  },
  {
    name: 'block that quotes the end of a word',
    flaw: 'ambiguous',
    files: { 'a.js': 'let alpha0\nlet beta\n' },
    text: block('a.js', '0', '1'),
    expect: 'refused',
  },
  {
    name: 'block with blanks for tabs',
    flaw: 'tabs',
    files: go,
    text: block(
      'main.go',
      '    if a > b {\n        return a + b\n    }',
      '    if a >= b {\n        log(a)\n        return a + b\n    }',
    ),
    expect: { 'main.go': tabs.replace('\tif a > b {', '\tif a >= b {\n\t\tlog(a)') },
  },
  {
    name: 'block with tabs for blanks',
    flaw: 'tabs',
    files: py,
    text: block(
      'pool.py',
      '\t\tif not self.free:\n\t\t\treturn None',
      '\t\tif not self.free:\n\t\t\tself.grow()\n\t\t\treturn None',
    ),
    expect: { 'pool.py': pool.replace('            return None', '            self.grow()\n            return None') },
  },
  {
    name: 'block with trailing blanks',
    flaw: 'white space',
    files: ts,
    text: block('src/cart.ts', '  let sum = 0   ', '  let sum = 1'),
    expect: sum,
  },
  {
    name: 'block with Windows line ends',
    flaw: 'line ends',
    files: ts,
    text: block(
      'src/cart.ts',
      '  let sum = 0\n  for (const item of items) {',
      '  let sum = 1\n  for (const item of items) {',
    ).replaceAll('\n', '\r\n'),
    expect: sum,
  },
  {
    name: 'block for a file with Windows line ends',
    flaw: 'line ends',
    files: { 'src/cart.ts': cart.replaceAll('\n', '\r\n') },
    text: block('src/cart.ts', '  let sum = 0', '  let sum = 1\n  check()'),
    expect: { 'src/cart.ts': cart.replace('let sum = 0', 'let sum = 1\n  check()').replaceAll('\n', '\r\n') },
  },
  {
    name: 'block that lacks a blank line',
    flaw: 'blank lines',
    files: py,
    text: block(
      'pool.py',
      '        self.free = []\n    def take(self):\n        if not self.free:',
      '        self.free = []\n    def take(self):\n        self.check()\n        if not self.free:',
    ),
    expect: { 'pool.py': pool.replace('        if not self.free:', '        self.check()\n        if not self.free:') },
  },
  {
    name: 'block with a blank line too many',
    flaw: 'blank lines',
    files: py,
    text: block(
      'pool.py',
      '        if not self.free:\n\n            return None',
      '        if not self.free:\n\n            return 0',
    ),
    expect: { 'pool.py': pool.replace('return None', 'return 0') },
  },
  {
    name: 'block with curly quotes',
    flaw: 'marks',
    files: { 'a.js': "say('hello there')\nsay('bye')\n" },
    text: block('a.js', 'say(‘hello there’)', 'say(‘good morning’)'),
    expect: { 'a.js': "say('good morning')\nsay('bye')\n" },
  },
  {
    name: 'block with a long dash and a no-break space',
    flaw: 'marks',
    files: { 'a.js': 'const left = width - 2\nconst right = left\n' },
    text: block('a.js', 'const left = width\u00a0– 2', 'const left = width\u00a0– 3'),
    expect: { 'a.js': 'const left = width - 3\nconst right = left\n' },
  },
  {
    name: 'block of plain quotes for curly ones',
    flaw: 'marks',
    files: { 'a.md': 'It is “good”, they say.\nAnd it’s done.\n' },
    text: block('a.md', 'It is "good", they say.', 'It is "very good", they say.'),
    expect: { 'a.md': 'It is "very good", they say.\nAnd it’s done.\n' },
  },
  {
    name: 'block with a letter wrong in a line that stays',
    flaw: 'wording',
    files: ts,
    text: block(
      'src/cart.ts',
      '/** Sums the cart. */\nexport function total(items: Item[], rate: number): number {\n  let sum = 0',
      '/** Sums the cart. */\nexport function total(items: Item[], rate: number): number {\n  let sum = 1',
    ),
    expect: sum,
  },
  {
    name: 'block with a word misquoted among many lines',
    flaw: 'wording',
    files: ts,
    text: block(
      'src/cart.ts',
      'export function total(items: Item[], rates: number): number {\n  let sum = 0\n  for (const item of items) {\n    sum += item.price * item.count',
      'export function total(items: Item[], rates: number): number {\n  let sum = 0\n  for (const item of items) {\n    sum += item.price * item.count - item.discount',
    ),
    expect: price,
  },
  {
    name: 'block with another number',
    flaw: 'wording',
    files: { 'a.js': 'function limit() {\n  return clamp(value, 0, 100)\n}\n' },
    text: block('a.js', '  return clamp(value, 0, 200)', '  return clamp(value, 0, 500)'),
    expect: 'refused',
  },
  {
    name: 'block that is in two places',
    flaw: 'ambiguous',
    files: { 'a.js': twins },
    text: block('a.js', '  start()', '  begin()'),
    expect: 'refused',
  },
  {
    name: 'block that is like two places',
    flaw: 'ambiguous',
    files: { 'a.js': 'const first = compute(alpha, beta)\nconst third = compute(alpha, beta)\n' },
    text: block('a.js', 'const thirs = compute(alpha, beta)', 'const third = 1'),
    expect: 'refused',
  },
  {
    name: 'block with indentation of one of two places',
    flaw: 'none',
    files: { 'a.py': 'if a:\n    go()\nelse:\n        go()\n' },
    text: block('a.py', '        go()', '        stop()'),
    expect: { 'a.py': 'if a:\n    go()\nelse:\n        stop()\n' },
  },
  {
    name: 'block for code that is not there',
    flaw: 'invented',
    files: ts,
    text: block('src/cart.ts', 'export function discount(items) {\n  return 0\n}', 'export function discount() {}'),
    expect: 'refused',
  },
  {
    name: 'block that changes nothing',
    flaw: 'idle',
    files: ts,
    text: block('src/cart.ts', '  let sum = 0', '  let sum = 0'),
    expect: 'refused',
  },
  {
    name: 'block with dots between',
    flaw: 'elision',
    files: ts,
    text: block(
      'src/cart.ts',
      'export function total(items: Item[], rate: number): number {\n  let sum = 0\n  ...\n  return round(sum * (1 + rate))',
      'export function total(items: Item[], rate: number): number {\n  let sum = 1\n  ...\n  return round(sum * (1 + rate))',
    ),
    expect: sum,
  },
  {
    name: 'block with a comment for the code between',
    flaw: 'elision',
    files: ts,
    text: block(
      'src/cart.ts',
      '  let sum = 0\n  // ... existing code ...\n  return round(sum * (1 + rate))',
      '  let sum = 1\n  // ... existing code ...\n  return round(sum * (1 + rate))',
    ),
    expect: sum,
  },
  {
    name: 'block that writes a comment for the code between',
    flaw: 'elision',
    files: ts,
    text: block('src/cart.ts', '  let sum = 0', '  let sum = 1\n  // ... rest of the code ...'),
    expect: 'refused',
  },
  {
    name: 'block that finds dots and replaces them',
    flaw: 'elision',
    files: ts,
    text: block('src/cart.ts', '  let sum = 0\n  ...\n  return round(sum * (1 + rate))', '  return 0'),
    expect: 'refused',
  },
  {
    name: 'block that takes lines out',
    flaw: 'none',
    files: ts,
    text: block('src/cart.ts', '/** Sums a cart. */', '').replace('=======\n\n', '=======\n'),
    expect: { 'src/cart.ts': cart.replace('/** Sums a cart. */\n', '') },
  },
  {
    name: 'block that writes a new file',
    flaw: 'none',
    files: ts,
    text: block('src/money.ts', '', 'export const round = Math.round').replace('SEARCH\n\n', 'SEARCH\n'),
    expect: { ...ts, 'src/money.ts': 'export const round = Math.round\n' },
  },
  {
    name: 'block without old lines for a file that is there',
    flaw: 'cut off',
    files: ts,
    text: block('src/cart.ts', '', 'export const total = 0'),
    expect: 'refused',
  },
  {
    name: 'block with bare markers',
    flaw: 'markers',
    files: ts,
    text: 'src/cart.ts\n<<<<<<<\n  let sum = 0\n=======\n  let sum = 1\n>>>>>>>\n',
    expect: sum,
  },
  {
    name: 'envelope that adds a file that is there',
    flaw: 'invented',
    files: ts,
    text: envelope('*** Add File: src/cart.ts\n+export const total = 0'),
    expect: 'refused',
  },
  {
    name: 'block escaped as markup',
    flaw: 'escapes',
    files: ts,
    text: block(
      'src/cart.ts',
      '    sum += item.price * item.count\n  }\n  return round(sum * (1 + rate))',
      '    sum += item.price * item.count\n  }\n  return sum &gt; 0 ? round(sum) : 0',
    ),
    expect: {
      'src/cart.ts': cart.replace('return round(sum * (1 + rate))', 'return sum &gt; 0 ? round(sum) : 0'),
    },
  },
  {
    name: 'block whose quote is escaped as markup',
    flaw: 'escapes',
    files: py,
    text: block('pool.py', '        if len(self.free) &lt; self.size:', '        if len(self.free) &lt;= self.size:'),
    expect: { 'pool.py': pool.replace('< self.size', '<= self.size') },
  },
  {
    name: 'block with line numbers',
    flaw: 'line numbers',
    files: ts,
    text: block(
      'src/cart.ts',
      ' 5|   let sum = 0\n 6|   for (const item of items) {',
      ' 5|   let sum = 1\n 6|   for (const item of items) {',
    ),
    expect: sum,
  },
  {
    name: 'block at the end of a file without a line end',
    flaw: 'none',
    files: { 'a.js': 'one()\ntwo()' },
    text: block('a.js', 'two()', 'three()'),
    expect: { 'a.js': 'one()\nthree()' },
  },
  {
    name: 'two blocks, one of which does not fit',
    flaw: 'invented',
    files: ts,
    text: `${block('src/cart.ts', '  let sum = 0', '  let sum = 1')}\n${block('src/cart.ts', '  let nothing = 0', '  x')}`,
    expect: 'refused',
  },
  // Unified diffs.
  {
    name: 'diff',
    flaw: 'none',
    files: ts,
    text: diff(
      'src/cart.ts',
      '@@ -4,3 +4,3 @@\n export function total(items: Item[], rate: number): number {\n-  let sum = 0\n+  let sum = 1\n   for (const item of items) {',
    ),
    expect: sum,
  },
  {
    name: 'diff with wrong line numbers',
    flaw: 'line numbers',
    files: ts,
    text: diff(
      'src/cart.ts',
      '@@ -40,3 +40,3 @@\n export function total(items: Item[], rate: number): number {\n-  let sum = 0\n+  let sum = 1',
    ),
    expect: sum,
  },
  {
    name: 'diff with wrong counts',
    flaw: 'counts',
    files: ts,
    text: diff('src/cart.ts', '@@ -5,20 +5,1 @@\n-  let sum = 0\n+  let sum = 1\n   for (const item of items) {'),
    expect: sum,
  },
  {
    name: 'diff without numbers, in a fence',
    flaw: 'line numbers',
    files: ts,
    text: fence('diff', diff('src/cart.ts', '@@ ... @@\n-  let sum = 0\n+  let sum = 1').trim()),
    expect: sum,
  },
  {
    name: 'diff of hunks only, where the caller knows the file',
    flaw: 'no path',
    files: ts,
    path: 'src/cart.ts',
    text: '@@ -5 +5 @@\n-  let sum = 0\n+  let sum = 1\n',
    expect: sum,
  },
  {
    name: 'diff with context that lost its blank',
    flaw: 'white space',
    files: py,
    text: diff(
      'pool.py',
      '@@\nclass Pool:\n    def __init__(self, size):\n-        self.size = size\n+        self.size = max(1, size)',
    ),
    expect: { 'pool.py': pool.replace('self.size = size', 'self.size = max(1, size)') },
  },
  {
    name: 'diff with context one blank too far',
    flaw: 'indentation',
    files: py,
    text: diff(
      'pool.py',
      '@@ -6,4 +6,4 @@\n     def take(self):\n         if not self.free:\n-            return None\n+            return 0\n         return self.free.pop()',
    ).replace('-            return None', '-           return None'),
    expect: { 'pool.py': pool.replace('return None', 'return 0') },
  },
  {
    name: 'diff with a context line in other words',
    flaw: 'wording',
    files: py,
    text: diff(
      'pool.py',
      '@@ -11,5 +11,5 @@\n     def give(self, items):\n         if len(self.free) < self.size:\n-            self.free.append(item)\n+            self.free.insert(0, item)\n             return True\n         return False',
    ),
    expect: { 'pool.py': pool.replace('self.free.append(item)', 'self.free.insert(0, item)') },
  },
  {
    name: 'diff with dots in its context',
    flaw: 'elision',
    files: ts,
    text: diff(
      'src/cart.ts',
      '@@\n export function total(items: Item[], rate: number): number {\n-  let sum = 0\n+  let sum = 1\n   ...\n   return round(sum * (1 + rate))',
    ),
    expect: sum,
  },
  {
    name: 'diff that stands in two places without numbers',
    flaw: 'ambiguous',
    files: { 'a.js': twins },
    text: diff('a.js', '@@\n-  start()\n+  begin()'),
    expect: 'refused',
  },
  {
    name: 'diff that stands in two places, told apart by its number',
    flaw: 'none',
    files: { 'a.js': twins },
    text: diff('a.js', '@@ -7 +7 @@\n-  start()\n+  begin()'),
    expect: { 'a.js': twins.replace('two() {\n  start()', 'two() {\n  begin()') },
  },
  {
    name: 'diff of lines that are not there',
    flaw: 'invented',
    files: ts,
    text: diff('src/cart.ts', '@@ -5,2 +5,2 @@\n   let product = 1\n-  let tax = rate\n+  let tax = rate * 2'),
    expect: 'refused',
  },
  {
    name: 'diff without changes',
    flaw: 'idle',
    files: ts,
    text: diff('src/cart.ts', '@@ -5 +5 @@\n   let sum = 0'),
    expect: 'refused',
  },
  {
    name: 'diff of a new, a deleted and a moved file',
    flaw: 'none',
    files: { 'old.txt': 'old\n', 'a.txt': 'a\nb\n' },
    text: '--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1 @@\n+new\n--- a/old.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n--- a/a.txt\n+++ b/b.txt\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n',
    expect: { 'new.txt': 'new\n', 'b.txt': 'a\nc\n' },
  },
  {
    name: 'diff that creates a file which exists',
    flaw: 'invented',
    files: ts,
    text: '--- /dev/null\n+++ b/src/cart.ts\n@@ -0,0 +1 @@\n+new\n',
    expect: 'refused',
  },
  // The patch envelope.
  {
    name: 'envelope',
    flaw: 'none',
    files: ts,
    text: envelope(
      '*** Update File: src/cart.ts\n@@ export function total\n-  let sum = 0\n+  let sum = 1\n   for (const item of items) {',
    ),
    expect: sum,
  },
  {
    name: 'envelope without a mark before its lines',
    flaw: 'markers',
    files: ts,
    text: envelope('*** Update File: src/cart.ts\n-  let sum = 0\n+  let sum = 1'),
    expect: sum,
  },
  {
    name: 'envelope whose anchor tells two places apart',
    flaw: 'none',
    files: { 'a.js': twins },
    text: envelope('*** Update File: a.js\n@@ two() {\n-  start()\n+  begin()'),
    expect: { 'a.js': twins.replace('two() {\n  start()', 'two() {\n  begin()') },
  },
  {
    name: 'envelope whose anchor is not there',
    flaw: 'invented',
    files: { 'a.js': twins },
    text: envelope('*** Update File: a.js\n@@ three() {\n-  start()\n+  begin()'),
    expect: 'refused',
  },
  {
    name: 'envelope with numbers after its mark',
    flaw: 'line numbers',
    files: ts,
    text: envelope('*** Update File: src/cart.ts\n@@ -5,1 +5,1 @@\n-  let sum = 0\n+  let sum = 1'),
    expect: sum,
  },
  {
    name: 'envelope without its last line',
    flaw: 'cut off',
    files: ts,
    text: '*** Begin Patch\n*** Update File: src/cart.ts\n@@\n-  let sum = 0\n+  let sum = 1\n',
    expect: sum,
  },
  {
    name: 'envelope that adds, moves and deletes',
    flaw: 'none',
    files: { 'a.txt': 'a\nb\n', 'old.txt': 'old\n' },
    text: envelope(
      '*** Add File: new.txt\n+new\n*** Update File: a.txt\n*** Move to: b.txt\n@@\n a\n-b\n+c\n*** Delete File: old.txt',
    ),
    expect: { 'new.txt': 'new\n', 'b.txt': 'a\nc\n' },
  },
  {
    name: 'envelope that adds a file without plus signs',
    flaw: 'markers',
    files: {},
    text: envelope('*** Add File: new.py\ndef one():\n    return 1'),
    expect: { 'new.py': 'def one():\n    return 1\n' },
  },
  {
    name: 'envelope for a file that is not there',
    flaw: 'invented',
    files: ts,
    text: envelope('*** Update File: src/carts.ts\n@@\n-  let sum = 0\n+  let sum = 1'),
    expect: 'refused',
  },
  {
    name: 'envelope at the margin',
    flaw: 'indentation',
    files: py,
    text: envelope('*** Update File: pool.py\n@@\n if not self.free:\n-    return None\n+    return 0'),
    expect: { 'pool.py': pool.replace('return None', 'return 0') },
  },
  // Whole files and lines.
  {
    name: 'whole file in a fence',
    flaw: 'none',
    files: ts,
    text: `src/cart.ts\n${fence('ts', 'export const total = 0')}`,
    expect: { 'src/cart.ts': 'export const total = 0\n' },
  },
  {
    name: 'whole file that leaves code out',
    flaw: 'elision',
    files: ts,
    text: `src/cart.ts\n${fence('ts', "import { round } from './cash.js'\n\n// ... rest of the file stays the same ...")}`,
    expect: 'refused',
  },
  {
    name: 'whole file in a fence that does not close',
    flaw: 'cut off',
    files: ts,
    text: 'src/cart.ts\n```ts\nexport const total = 0\n',
    expect: 'refused',
  },
  {
    name: 'lines in a fence',
    flaw: 'none',
    files: ts,
    text: fence('ts src/cart.ts:5-5', '  let sum = 1'),
    expect: sum,
  },
  {
    name: 'lines written as a link does',
    flaw: 'markers',
    files: ts,
    text: `src/cart.ts#L5-L5\n${fence('', '  let sum = 1')}`,
    expect: sum,
  },
  {
    name: 'lines beyond the end',
    flaw: 'line numbers',
    files: ts,
    text: fence('ts src/cart.ts:90-95', '  let sum = 1'),
    expect: 'refused',
  },
  { name: 'prose', flaw: 'invented', files: ts, text: 'I changed the sum as you asked.', expect: 'refused' },
  { name: 'a fence without a path', flaw: 'no path', files: ts, text: fence('ts', 'let sum = 1'), expect: 'refused' },
]
