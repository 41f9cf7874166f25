import { formatUnits } from 'ethers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AmountError, formatAmount, maxAmount, parseAmount, parseBaseUnits } from './money.js'

const amounts = fc.bigInt({ min: 0n, max: maxAmount })
const scales = fc.integer({ min: 0, max: 77 }).map((decimals) => ({ decimals }))
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[-+$ 0-9.,eExX_n٠-٩]{0,100}$/),
  fc.nat({ max: 200 }).map((length) => '9'.repeat(length)),
)

function read(work: () => bigint): bigint | undefined {
  try {
    return work()
  } catch (error) {
    expect(error).toBeInstanceOf(AmountError)
    return undefined
  }
}

test('parseAmount() reads what formatAmount() wrote, for any amount and scale', () => {
  fc.assert(
    fc.property(amounts, scales, (amount, scale) => {
      const text = formatAmount(amount, scale)
      expect(text).toMatch(/^(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/)
      expect(parseAmount(text, scale)).toBe(amount)
    }),
  )
})

test('formatAmount() agrees with ethers', () => {
  fc.assert(
    fc.property(amounts, scales, (amount, { decimals }) => {
      expect(formatAmount(amount, { decimals })).toBe(formatUnits(amount, decimals).replace(/\.0$/, ''))
    }),
  )
})

test('parseBaseUnits() reads every amount above zero back', () => {
  fc.assert(fc.property(fc.bigInt({ min: 1n, max: maxAmount }), (n) => parseBaseUnits(String(n)) === n))
})

test('parseAmount() and parseBaseUnits() give an amount in range or the declared error, for any text', () => {
  fc.assert(
    fc.property(hostile, scales, (text, scale) => {
      for (const amount of [read(() => parseAmount(text, scale)), read(() => parseBaseUnits(text))]) {
        expect(amount === undefined || (amount >= 0n && amount <= maxAmount)).toBe(true)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('parseAmount() is exact where floating point is not', () => {
  expect(parseAmount('9007199254740993.000001', { decimals: 6 })).toBe(9007199254740993000001n)
  expect(parseAmount('0.1', { decimals: 18 })).toBe(10n ** 17n)
  expect(parseAmount('1.5000000', { decimals: 6 })).toBe(1_500_000n)
})

test('parseAmount() refuses whatever would have to be guessed or rounded', () => {
  const refused = [
    '',
    '.',
    '.5',
    '5.',
    '01',
    '-1',
    '+1',
    '1e6',
    '0x10',
    '1,000',
    '1_000',
    ' 1',
    '1\n',
    '$1',
    '١',
    '1.1.1',
  ]
  for (const text of refused)
    expect(
      read(() => parseAmount(text, { decimals: 6 })),
      text,
    ).toBeUndefined()
  expect(read(() => parseAmount('0.0000001', { decimals: 6 }))).toBeUndefined()
  expect(read(() => parseAmount('1.5', { decimals: 0 }))).toBeUndefined()
})

test('amounts end at 2^256 - 1', () => {
  const last = String(maxAmount)
  expect(parseAmount(last, { decimals: 0 })).toBe(maxAmount)
  expect(parseBaseUnits(last)).toBe(maxAmount)
  for (const text of [String(maxAmount + 1n), `${last}0`, '9'.repeat(1_000_000)]) {
    expect(read(() => parseAmount(text, { decimals: 0 }))).toBeUndefined()
    expect(read(() => parseBaseUnits(text))).toBeUndefined()
  }
  expect(read(() => parseBaseUnits('0'))).toBeUndefined()
  expect(() => formatAmount(-1n, { decimals: 6 })).toThrow(AmountError)
  expect(() => formatAmount(maxAmount + 1n, { decimals: 6 })).toThrow(AmountError)
})

test('a scale that no token has is a mistake', () => {
  for (const decimals of [-1, 78, 1.5, Number.NaN]) {
    expect(() => parseAmount('1', { decimals })).toThrow(RangeError)
    expect(() => formatAmount(1n, { decimals })).toThrow(RangeError)
  }
})
