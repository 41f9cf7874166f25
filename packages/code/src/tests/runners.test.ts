import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { detectTestRunners, type TestRunnerId, testRunners } from './runners.js'

const recorded = (name: string): string =>
  readFileSync(new URL(`../../../../fixtures/code/test-output/${name}.txt`, import.meta.url), 'utf8')

describe('parse() of what was recorded', () => {
  test('vitest', () => {
    expect(testRunners.vitest.parse(`a line of a test\n${recorded('vitest')}`)).toMatchInlineSnapshot(`
      {
        "failed": 3,
        "failures": [
          {
            "file": "/project/vt/a.test.js",
            "line": 2,
            "message": "AssertionError: expected 10 to be 11 // Object.is equality",
            "name": "sum carries",
          },
          {
            "file": "/project/vt/a.test.js",
            "line": 4,
            "message": "TypeError: Cannot read x",
            "name": "throws",
          },
          {
            "file": "/project/vt/b.test.js",
            "line": undefined,
            "message": "Cannot find module './nowhere.js' imported from /project/vt/b.test.js",
            "name": "/project/vt/b.test.js",
          },
        ],
        "passed": 1,
        "skipped": 1,
      }
    `)
  })
  test('jest', () =>
    expect(testRunners.jest.parse(recorded('jest'))).toMatchInlineSnapshot(`
    {
      "failed": 3,
      "failures": [
        {
          "file": "/project/jest/a.test.js",
          "line": 1,
          "message": "Error: expect(received).toBe(expected) // Object.is equality

    Expected: 11
    Received: 10",
          "name": "sum carries",
        },
        {
          "file": "/project/jest/a.test.js",
          "line": 3,
          "message": "TypeError: Cannot read x",
          "name": "throws",
        },
        {
          "file": "/project/jest/b.test.js",
          "line": undefined,
          "message": "● Test suite failed to run

        Cannot find module './nowhere.js' from 'b.test.js'

        > 1 | require('./nowhere.js')
            | ^
          2 |

          at Resolver._throwModNotFoundError (node_modules/jest-resolve/build/index.js:1031:11)
          at Object.require (b.test.js:1:1)",
          "name": "/project/jest/b.test.js",
        },
      ],
      "passed": 1,
      "skipped": 1,
    }
  `))
  test('node, as TAP', () =>
    expect(testRunners.node.parse(recorded('node-tap'))).toMatchInlineSnapshot(`
    {
      "failed": 2,
      "failures": [
        {
          "file": "/project/nd/a.test.js",
          "line": 2,
          "message": "it does not carry

    10 !== 11",
          "name": "sum > carries",
        },
        {
          "file": "/project/nd/a.test.js",
          "line": 5,
          "message": "Cannot read x",
          "name": "throws",
        },
      ],
      "passed": 1,
      "skipped": 2,
    }
  `))
  test('node, a file that cannot be loaded', () =>
    expect(testRunners.node.parse(recorded('node-load'))).toMatchInlineSnapshot(`
      {
        "failed": 1,
        "failures": [
          {
            "file": "/project/nd2/a.test.js",
            "line": 1,
            "message": "test failed",
            "name": "a.test.js",
          },
        ],
        "passed": 0,
        "skipped": 0,
      }
    `))
  test('npm, whatever it calls', () => {
    expect(testRunners.npm.parse(recorded('node-junit'))).toMatchInlineSnapshot(`
      {
        "failed": 3,
        "failures": [
          {
            "file": "/project/nd/a.test.js",
            "line": 2,
            "message": "it does not carry

      10 !== 11",
            "name": "sum > carries",
          },
          {
            "file": "/project/nd/a.test.js",
            "line": 4,
            "message": "not yet",
            "name": "todo",
          },
          {
            "file": "/project/nd/a.test.js",
            "line": 5,
            "message": "Cannot read x",
            "name": "throws",
          },
        ],
        "passed": 1,
        "skipped": 1,
      }
    `)
    expect(testRunners.npm.parse(recorded('jest'))).toEqual(testRunners.jest.parse(recorded('jest')))
  })
  test('pytest', () =>
    expect(testRunners.pytest.parse(recorded('pytest'))).toMatchInlineSnapshot(`
    {
      "failed": 4,
      "failures": [
        {
          "file": "test_b.py",
          "line": 1,
          "message": "ImportError while importing test module '/project/py/test_b.py'.
    Hint: make sure your test modules/packages have valid Python names.
    Traceback:
    /usr/lib/python3.11/importlib/__init__.py:126: in import_module
        return _bootstrap._gcd_import(name[level:], package, level)
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    test_b.py:1: in <module>
        import nowhere_at_all
    E   ModuleNotFoundError: No module named 'nowhere_at_all'",
          "name": "test_b",
        },
        {
          "file": "test_a.py",
          "line": 6,
          "message": "AssertionError: it does not carry
    assert (9 + 1) == 11",
          "name": "test_a.TestSum > test_carries",
        },
        {
          "file": "test_a.py",
          "line": 15,
          "message": "assert 2 == 1",
          "name": "test_a > test_param[2]",
        },
        {
          "file": "test_a.py",
          "line": 17,
          "message": "TypeError: Cannot read x",
          "name": "test_a > test_throws",
        },
      ],
      "passed": 2,
      "skipped": 2,
    }
  `))
  test('cargo', () =>
    expect(testRunners.cargo.parse(recorded('cargo'))).toMatchInlineSnapshot(`
    {
      "failed": 2,
      "failures": [
        {
          "file": "src/lib.rs",
          "line": 8,
          "message": "assertion \`left == right\` failed: it does not carry
      left: 10
     right: 11",
          "name": "tests::carries",
        },
        {
          "file": "src/lib.rs",
          "line": 10,
          "message": "Cannot read x",
          "name": "tests::throws",
        },
      ],
      "passed": 2,
      "skipped": 1,
    }
  `))
  test('cargo, that does not compile', () =>
    expect(testRunners.cargo.parse(recorded('cargo-compile'))).toMatchInlineSnapshot(`
      {
        "failed": 1,
        "failures": [
          {
            "file": "src/lib.rs",
            "line": 12,
            "message": "cannot find function \`nowhere\` in this scope",
            "name": "compile[E0425]",
          },
        ],
        "passed": 0,
        "skipped": 0,
      }
    `))
  test('go', () =>
    expect(testRunners.go.parse(recorded('go'))).toMatchInlineSnapshot(`
    {
      "failed": 3,
      "failures": [
        {
          "file": "bad/b_test.go",
          "line": 3,
          "message": "bad/b_test.go:3:28: undefined: undefined",
          "name": "example.com/a/bad",
        },
        {
          "file": "a_test.go",
          "line": 4,
          "message": "a_test.go:4: got 10, want 11",
          "name": "example.com/a.TestCarries/nine",
        },
        {
          "file": "/project/go/a_test.go",
          "line": 6,
          "message": "panic: runtime error: invalid memory address or nil pointer dereference [recovered, repanicked]
    [signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x52e582]",
          "name": "example.com/a.TestPanics",
        },
      ],
      "passed": 1,
      "skipped": 1,
    }
  `))
})

describe('parse()', () => {
  test.each(Object.values(testRunners))('of $id gives nothing for other text, and never throws', ({ parse }) => {
    expect(parse('command not found\n')).toBeUndefined()
    const piece = fc.constantFrom(
      ...['{"testResults":[]}', '{', 'ok 1 - a', 'not ok', '  ---', 'error: |-', '...', '<testcase', '<testsuite>'],
      ...['<failure message="', '"/>', '&#x110000;', 'test a ... FAILED', '---- a stdout ----', 'failures:'],
      ...['{"Action":"fail"}', '{"Action":"run","Test":"A"}', 'panicked at a:1:1:', '\n', ' ', '# Subtest: x'],
    )
    fc.assert(fc.property(fc.array(piece), (pieces) => void parse(pieces.join('\n'))))
  })
})

describe('command()', () => {
  test('quotes what it is given', () => {
    expect(testRunners.go.command({ path: './a', name: "it's" })).toBe(String.raw`go test -json -run 'it'\''s' './a'`)
    expect(testRunners.node.command({ path: '--eval' })).toBe("node --test --test-reporter=tap './--eval'")
    expect(testRunners.pytest.command({ path: 'tests' })).toBe(
      `report=$(mktemp) && { python3 -m pytest -q --junitxml="$report" 'tests' >&2; code=$?; cat "$report"; rm -f "$report"; exit $code; }`,
    )
  })
})

describe('detectTestRunners()', () => {
  const detect = (files: Readonly<Record<string, string>>): Promise<TestRunnerId[]> =>
    detectTestRunners(async (name) => files[name])

  test.each([
    [{ 'package.json': '{"devDependencies":{"vitest":"5"}}' }, ['vitest']],
    [{ 'package.json': '{"scripts":{"test":"jest --ci"}}' }, ['jest']],
    [{ 'package.json': '{"scripts":{"test":"node --test"}}' }, ['node']],
    [{ 'package.json': '{"scripts":{"test":"mocha"}}' }, ['npm']],
    [{ 'package.json': '{"scripts":{"test":"echo \\"Error: no test specified\\""}}' }, []],
    [{ 'package.json': '{' }, []],
    [{ 'Cargo.toml': '', 'pyproject.toml': '' }, ['cargo', 'pytest']],
    [{ 'go.mod': '' }, ['go']],
    [{}, []],
  ])('of %j is %j', async (files, runners) => expect(await detect(files)).toEqual(runners))
})
