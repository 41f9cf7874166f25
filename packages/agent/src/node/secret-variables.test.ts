import { describe, expect, test } from 'vitest'
import { secretValues, setApart, withoutSecrets } from './secret-variables.js'

describe('withoutSecrets()', () => {
  test('goes by names and by forms', () => {
    const environment = {
      PATH: '/bin',
      HOME: '/home/ada',
      LANG: 'C.UTF-8',
      KEYBOARD: 'de',
      MONKEY: 'x',
      AUTHOR: 'ada',
      GITHUB_TOKEN: 'x',
      npm_token: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      DB_PASSWORD: 'x',
      DATABASE_URL: 'x',
      SSH_AUTH_SOCK: '/x',
      SALP_MODEL_KEY: 'x',
      NODE_OPTIONS: '--require x',
      REMOTE: 'https://ada:hunter2hunter2@example.com/',
      SOMETHING: 'ghp_' + 'zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17',
      KEPT_TOKEN: 'x',
      GONE: undefined,
    }
    expect(Object.keys(withoutSecrets(environment, ['KEPT_TOKEN']))).toEqual([
      'PATH',
      'HOME',
      'LANG',
      'KEYBOARD',
      'MONKEY',
      'AUTHOR',
      'KEPT_TOKEN',
    ])
  })
})

describe('secretValues()', () => {
  test('gives values long enough to tell from ordinary text', () => {
    expect(
      secretValues({ GITHUB_TOKEN: 'abcdefgh1', DB_PASSWORD: 'short', HOME: '/home/ada', GONE: undefined }),
    ).toEqual(['abcdefgh1'])
  })
})

describe('setApart()', () => {
  test('gives what was named and what was not, without what is not there', () => {
    expect(setApart({ A: '1', B: '2', C: '', D: undefined }, ['B', 'C', 'E'])).toEqual({
      apart: { B: '2' },
      rest: { A: '1' },
    })
  })
})
