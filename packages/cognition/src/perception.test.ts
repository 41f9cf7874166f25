import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Intent, perceive } from './perception.js'

const told = (spans: readonly { kind: string; text: string }[]): string[] =>
  spans.map(({ kind, text }) => `${kind}: ${text}`)

describe('perceive() intent', () => {
  const examples: Record<Intent, string[]> = {
    action: [
      'remember that the deploy key rotates on Fridays',
      'create a task to review the README',
      'list the files in docs',
      'run ls',
      'can you please run the tests?',
      'First run the tests, then commit',
      'The build is red. Fix it.',
      'Write an explanation of the wings of a plane',
      "don't forget to lock the door",
      'please frobnicate the list',
      'only edit README.md',
      'git push origin feature',
      'store in your memory that I like tea',
    ],
    question: [
      'when does the deploy key rotate?',
      'What is a monad?',
      "why don't the tests run?",
      'Explain the parser',
    ],
    planning: [
      'Make a plan for the migration',
      'how should we roll this out?',
      'plan the release',
      'what are the steps to a release?',
    ],
    research: [
      "I'd like you to compare SQLite and Postgres",
      'look into the flaky build',
      'can you find out who wrote it?',
    ],
    meta: ['who are you?', 'what can you do?', 'show your status', 'help'],
    chat: ['hi', 'thanks a lot!', 'ok', 'good morning', 'yes, please'],
    unclear: ['', 'tests', 'Set theory is fun', 'Test results are in. List is empty.', 'planets and aeroplanes'],
  }
  for (const [intent, texts] of Object.entries(examples)) {
    test.each(texts)(`is ${intent} for %j`, (text) => {
      expect(perceive(text).intent).toBe(intent)
    })
  }
})

describe('perceive() entities', () => {
  test('are quotations, code, paths, addresses and names, in order', () => {
    const text =
      'Set "the title" of docs/a.md, see https://example.com/a(b). Then ask Jeff Rivera about `npm ci`, parseArgs and max_tokens.'
    expect(told(perceive(text).entities)).toEqual([
      'quoted: the title',
      'path: docs/a.md',
      'url: https://example.com/a(b)',
      'name: Jeff Rivera',
      'code: npm ci',
      'code: parseArgs',
      'code: max_tokens',
    ])
  })

  test('do not begin at an apostrophe', () => {
    expect(perceive("I don't think the users' files and the dogs’ toys aren't 'in the box'").entities).toEqual([
      { kind: 'quoted', text: 'in the box', start: 57, end: 69 },
    ])
  })

  test('leave out pairs, dates and the first word of a sentence', () => {
    expect(told(perceive('Ask whether he/she drives 5 km/h and/or 24/7 support since 2024/05/01.').entities)).toEqual(
      [],
    )
  })
})

describe('perceive() constraints', () => {
  test('keep their text', () => {
    const text =
      "Don't delete logs, and never touch prod. It must be done by Friday, at most 3 files, without docs and tests."
    expect(told(perceive(text).constraints)).toEqual([
      "prohibition: Don't delete logs",
      'prohibition: never touch prod',
      'requirement: must be done',
      'deadline: by Friday',
      'limit: at most 3 files',
      'exclusion: without docs and tests',
    ])
  })

  test('are no reports, no encouragements and no names of order', () => {
    expect(perceive("I don't know. They cannot log in. Don't worry. Can't you sort by name?").constraints).toEqual([])
  })
})

describe('perceive() risks', () => {
  test('are whole words', () => {
    expect(perceive('Explain the dropdown of the mainframe and drop me a line about deletedItems').risks).toEqual([])
  })

  test('are found in speech and in code', () => {
    expect(told(perceive('Delete everything on production, then `rm -rf /` and git push --force').risks)).toEqual([
      'destructive: Delete',
      'broad: everything',
      'production: production',
      'irreversible: rm -rf /',
      'irreversible: git push --force',
    ])
  })

  test('are none where "everything" stands alone', () => {
    expect(perceive('explain everything about databases').risks).toEqual([])
  })
})

describe('perceive() ambiguity', () => {
  test.each(['Fix it', 'do something with the stuff', 'make it better'])('asks back for %j', (text) => {
    expect(perceive(text).ambiguity).toBeGreaterThanOrEqual(0.7)
  })

  test.each([
    'list the files in docs',
    'remember that the deploy key rotates on Fridays',
    'The build is red. Fix it.',
    'hi',
    'What is a monad?',
    'Rename `a` to `b` in src/index.ts without touching the tests',
  ])('does not for %j', (text) => {
    expect(perceive(text).ambiguity).toBeLessThan(0.5)
  })
})

describe('perceive() likelyNeedsTools', () => {
  test.each([
    'list the files in docs',
    'when does the deploy key rotate?',
    'show your status',
    'what does src/a.ts do?',
  ])('is true for %j', (text) => expect(perceive(text).likelyNeedsTools).toBe(true))

  test.each(['hi', 'What is a monad?', 'write a poem about the sea', 'who are you?', ''])('is false for %j', (text) =>
    expect(perceive(text).likelyNeedsTools).toBe(false),
  )
})

describe('perceive()', () => {
  test('gives spans that are where they say, and an ambiguity in [0, 1], for any text', () => {
    const pieces = fc.constantFrom(
      ...[
        "don't ",
        "'",
        '"',
        '`',
        '```',
        'delete ',
        'must ',
        'by Friday',
        '/a/b',
        '. ',
        '? ',
        'Jeff ',
        '\n',
        '，',
        '👩‍🔧',
        '\ud800',
        'rm -rf ',
      ],
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' }))), (parts) => {
        const text = parts.join('')
        const { entities, constraints, risks, ambiguity } = perceive(text)
        for (const span of [...constraints, ...risks]) expect(text.slice(span.start, span.end)).toBe(span.text)
        for (const { text: named, start, end } of entities) expect(text.slice(start, end)).toContain(named)
        expect(entities.length).toBeLessThanOrEqual(10)
        expect(ambiguity).toBeGreaterThanOrEqual(0)
        expect(ambiguity).toBeLessThanOrEqual(1)
      }),
    )
  })

  test.each(["'a", '"a', '`', 'a/', 'a.b', 'delete ', 'git push ', '!', 'aA', 'without ', 'Aa ', 'a-'])(
    'stays linear for 200 000 characters of %j',
    (piece) => {
      expect(perceive(piece.repeat(200_000 / piece.length)).questions).toBe(0)
    },
  )
})
