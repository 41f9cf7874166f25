import { describe, expect, test } from 'vitest'
import { isElision, newPlaceholder } from './elision.js'

describe('isElision()', () => {
  test.each(['...', '  …', '// ...', '# ... existing code ...', '/* ... */', '<!-- ... -->', '{/* ... */}'])(
    'knows %j',
    (line) => expect(isElision(line)).toBe(true),
  )
  test.each(['...props,', 'return ...', 'x = [...]', 'a // ...'])('leaves %j', (line) =>
    expect(isElision(line)).toBe(false),
  )
})

describe('newPlaceholder()', () => {
  test.each([
    '// ... existing code ...',
    '# rest of the function',
    '// The rest of the file stays the same',
    '/* other methods unchanged */',
    '// remaining code here...',
    '... rest of code ...',
    '// implementation remains the same',
    '<!-- existing content -->',
  ])('finds %j', (line) => expect(newPlaceholder('a\n', `a\n  ${line}\n`)).toBe(line))

  test.each([
    '// The rest of the line is the message',
    '# Waits for the remaining workers',
    '// The hash is the same in both',
    '// Other files are left alone.',
    'const rest = ofTheCode()',
    '// ...and then some',
    '        ...',
    '...rest,',
  ])('leaves %j', (line) => expect(newPlaceholder('a\n', `a\n${line}\n`)).toBeUndefined())

  test('leaves what was there before', () => {
    expect(newPlaceholder('  // ... existing code ...\n', '// ... existing code ...\nb\n')).toBeUndefined()
  })
})
