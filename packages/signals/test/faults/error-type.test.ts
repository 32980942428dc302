import { describe, expect, it } from 'vitest'
import { errorType } from '../../src/index.ts'

describe('the type of an error', () => {
  it('is its code, else its class', () => {
    expect(errorType(Object.assign(new Error('x'), { code: '23505' }))).toBe('23505')
    expect(errorType(Object.assign(new RangeError('x'), { code: 23505 }))).toBe('RangeError')
    expect(errorType(new RangeError('x'))).toBe('RangeError')
  })

  it('of a thrown value that is not an error is its type', () => {
    expect(['a message', 1, undefined, null].map(errorType)).toEqual(['string', 'number', 'undefined', 'object'])
  })

  it('holds nothing that could be a message', () => {
    const long = 'e'.repeat(65)
    for (const text of ['eve@example.org', 'no such key: eve', '', long, 'E1\nE2']) {
      expect(errorType({ code: text, name: text })).toBe('_OTHER')
      expect(errorType(Object.assign(new TypeError('x'), { code: text }))).toBe('TypeError')
    }
  })

  it('of an error that cannot be read is _OTHER', () => {
    const hostile = {
      get code(): string {
        throw new Error('planted')
      },
    }
    expect(errorType(hostile)).toBe('_OTHER')
  })
})
