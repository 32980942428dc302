import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acceptedCoding, AcceptedCodings } from '../../src/compression/accepted-coding.ts'
import type { Coding } from '../../src/compression/coding.ts'

const ALL: readonly Coding[] = ['zstd', 'br', 'gzip']

describe('the coding that a client accepts', () => {
  it.each([
    ['gzip, deflate, br, zstd', 'zstd'],
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['*', 'zstd'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['gzip;q=0.5, br;q=0.5', 'br'],
    ['zstd;q=0, *', 'br'],
    ['*;q=0.1, gzip;q=0.2', 'gzip'],
    ['br ; q=0.9 , gzip;Q=1', 'gzip'],
    ['gzip;q=0.001', 'gzip'],
    ['identity;q=0.5, gzip;q=0.5', 'gzip'],
    ['identity;q=0, br', 'br'],
    [',,gzip,,', 'gzip'],
    // As it is.
    [undefined, undefined],
    ['', undefined],
    ['identity', undefined],
    ['deflate', undefined],
    ['gzip;q=0', undefined],
    ['gzip;q=0.000', undefined],
    ['*;q=0', undefined],
    ['identity;q=1, gzip;q=0.5', undefined],
    // Not valid members are left out.
    ['gzip;q=2', undefined],
    ['gzip;q=-1', undefined],
    ['gzip;q=0.12345', undefined],
    ['gzip;q=x, br;q=0.1', 'br'],
    ['gzip;level=9', undefined],
    ['gzip\u0000', undefined],
    ['gzip'.padEnd(2000, ' '), undefined],
    // The first one counts.
    ['gzip;q=0, gzip;q=1', undefined],
  ])('of %j is %s', (header, coding) => {
    expect(acceptedCoding(header, ALL)).toBe(coding)
    expect(new AcceptedCodings(ALL).of(header)).toBe(coding)
  })

  it('is one that the server has', () => {
    expect(acceptedCoding('zstd, gzip', ['br', 'gzip'])).toBe('gzip')
    expect(acceptedCoding('zstd', ['br', 'gzip'])).toBeUndefined()
  })

  it('of any text is one of those offered or none, and the same each time', () => {
    const member = fc.oneof(fc.constantFrom('gzip', 'br', 'zstd', 'identity', '*', 'deflate'), fc.string())
    const weight = fc.oneof(fc.constantFrom('', ';q=0', ';q=1', ';q=0.5', ';q=NaN', ';;', ';q='), fc.string())
    const header = fc.array(fc.tuple(member, weight)).map(members => members.map(each => each.join('')).join(','))
    const known = new AcceptedCodings(ALL)
    fc.assert(
      fc.property(header, text => {
        const coding = acceptedCoding(text, ALL)
        expect([...ALL, undefined]).toContain(coding)
        expect(known.of(text)).toBe(coding)
        expect(known.of(text)).toBe(coding)
      }),
    )
  })
})
