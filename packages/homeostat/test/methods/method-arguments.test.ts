import type { LedgerListener } from '@homeostat/optimizer'
import { Optimizer } from '@homeostat/optimizer'
import { Registry } from '@homeostat/signals'
import { diag, DiagLogLevel } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Homeostat } from '../../src/index.ts'
import { homeostat, HomeostatReader } from '../../src/index.ts'

const WRONG: readonly unknown[] = [null, undefined, 5, Number.NaN, '', {}, [], Symbol('x'), 10n, true]

let lines: string[]
let h: Homeostat

beforeEach(() => {
  lines = []
  const warn = (line: string): void => void lines.push(line)
  diag.setLogger({ ...console, warn, error: warn } as never, {
    logLevel: DiagLogLevel.WARN,
    suppressOverrideMessage: true,
  })
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  h = homeostat({ autoStart: false, environment: {}, log: false, service: 'shop' })
  lines.length = 0
})
afterEach(async () => {
  await h.stop()
  diag.disable()
  vi.restoreAllMocks()
})

/** Calls with each wrong value, and returns the lines of each call. */
const linesOf = (call: (value: never) => unknown, values: readonly unknown[] = WRONG): number[] =>
  values.map(value => {
    const before = lines.length
    call(value as never)
    return lines.length - before
  })

describe('a method that is given something else than it takes', () => {
  it('on() warns in one line, and returns something to dispose of', async () => {
    expect(linesOf(value => h.on(value)[Symbol.dispose]())).toEqual(WRONG.map(() => 1))
    expect(lines[0]).toBe(
      'homeostat: on() takes a function that takes ledger entries, but was given null; it is ignored',
    )
    h.on(null as never)
    await expect(h.optimizePerformance()).resolves.toBeDefined()
  })

  it('explain() warns in one line and knows nothing', () => {
    expect(linesOf(value => expect(h.explain(value)).toBeUndefined())).toEqual(WRONG.map(() => 1))
    expect(lines[2]).toContain('explain() takes the id of a trial, an alert or the number of a tick, but was given 5')
  })

  it('release() warns of each wrong name, and where there is nothing to release', () => {
    expect(linesOf(value => h.release(value, 'cache.warm'))).toEqual(WRONG.map(() => 1))
    expect(linesOf(value => h.release('CacheCold', value))).toEqual(WRONG.map(() => 1))
    lines.length = 0
    h.release('CacheCold', 'cache.warm')
    expect(lines).toEqual([
      'homeostat: release() found nothing to release: the loop has never considered this action for this alert',
    ])
  })

  it('disable() trips the switch all the same', () => {
    for (const value of WRONG.filter(each => each !== undefined)) {
      lines.length = 0
      h.disable(value as never)
      expect([lines.length, h.optimizer.killSwitch.state]).toEqual([1, { tripped: true, by: 'disable()' }])
      h.enable()
    }
  })

  it('setMetricProducer() of a HomeostatReader warns, and makes no timer that fails again and again', async () => {
    const reader = new HomeostatReader({ exporter: undefined as never, autoStart: false, environment: {}, log: false })
    const timers = vi.spyOn(globalThis, 'setInterval')
    expect(linesOf(value => reader.setMetricProducer(value))).toEqual(WRONG.map(() => 1))
    expect(timers).not.toHaveBeenCalled()
    await reader.homeostat.stop()
  })

  it('an Optimizer ticks with the time of its clock where it is given none', () => {
    const clock = (): number => 1000
    const optimizer = new Optimizer({
      rules: [],
      responses: [],
      actions: [],
      registries: [new Registry({ scope: { name: 'x' } })],
      environment: {},
      clock,
    })
    for (const now of [Number.NaN, Infinity, null, '5', {}]) expect(optimizer.tick(now as never).now).toBe(1000)
    expect(lines).toHaveLength(5)
    expect(linesOf((value: LedgerListener) => optimizer.on(value))).toEqual(WRONG.map(() => 1))
    return optimizer.stop()
  })
})
