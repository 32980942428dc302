import { afterEach, describe, expect, it } from 'vitest'
import {
  DEFAULT_RETAINED_BYTES,
  limitRetainedBytes,
  observeRetained,
  Registry,
  RetainedShare,
} from '../../src/index.ts'

/** Keeps sizes in a list and drops the first. */
class Keeper {
  readonly sizes: number[] = []
  readonly share = new RetainedShare(() => {
    const first = this.sizes.shift()
    if (first === undefined) return false
    this.share.release(first)
    return true
  })

  keep(bytes: number): boolean {
    const fits = this.share.take(bytes)
    if (fits) this.sizes.push(bytes)
    return fits
  }
}

describe('the values of the application that the process retains', () => {
  const keepers: Keeper[] = []
  const keeper = (): Keeper => {
    const created = new Keeper()
    keepers.push(created)
    return created
  }
  afterEach(() => {
    for (const { share } of keepers.splice(0)) share.release(share.bytes)
    limitRetainedBytes()
  })

  it('stays below one limit for all keepers: the one that holds most makes room', () => {
    limitRetainedBytes(1_000)
    const [first, second] = [keeper(), keeper()]
    for (let n = 0; n < 8; n++) expect(first.keep(100)).toBe(true)
    for (let n = 0; n < 6; n++) expect(second.keep(100)).toBe(true)
    expect([first.share.bytes, second.share.bytes]).toEqual([400, 600])
    expect([first.share.evictions, second.share.evictions]).toEqual([4, 0])
  })

  it('refuses a value that does not fit at all, and is 8 MiB by default', () => {
    const one = keeper()
    expect(one.keep(DEFAULT_RETAINED_BYTES + 1)).toBe(false)
    for (const bytes of [Number.NaN, -1, Number.POSITIVE_INFINITY]) expect(one.keep(bytes)).toBe(false)
    expect(one.keep(DEFAULT_RETAINED_BYTES)).toBe(true)
    expect(DEFAULT_RETAINED_BYTES).toBe(8 * 1024 * 1024)
    limitRetainedBytes(Number.NaN)
    expect(one.share.bytes).toBe(DEFAULT_RETAINED_BYTES)
    limitRetainedBytes(10)
    expect(one.share.bytes).toBe(0)
  })

  it('does not loop when a keeper cannot drop anything', () => {
    limitRetainedBytes(100)
    const stubborn = new RetainedShare(() => true)
    expect(stubborn.take(100)).toBe(true)
    expect(keeper().keep(50)).toBe(false)
    stubborn.release(100)
  })

  it('is reported as a metric', () => {
    limitRetainedBytes(250)
    const registry = new Registry({ scope: { name: 'test', version: '1' } })
    const one = keeper()
    observeRetained(registry, [one.share])
    for (let n = 0; n < 5; n++) one.keep(100)
    const read = (name: string): unknown =>
      registry.collect().metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints[0]?.value
    expect([read('homeostat.retained.size'), read('homeostat.retained.evictions')]).toEqual([200, 3])
  })
})
