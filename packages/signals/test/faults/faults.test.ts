import { diag } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { every, logFirst } from '../../src/index.ts'
import { recordDiag, type RecordedDiag } from '../recorded-diag.ts'
import { sampleRegistry } from '../sample-registry.ts'

let said: RecordedDiag
beforeEach(() => void (said = recordDiag()))
afterEach(() => said[Symbol.dispose]())

function errorsOf({ registry }: ReturnType<typeof sampleRegistry>): Record<string, number> {
  const metric = registry.collect().metrics.find(({ descriptor }) => descriptor.name === 'homeostat.errors')
  const points = (metric?.dataPoints ?? []) as { attributes: Record<string, string>; value: number }[]
  return Object.fromEntries(points.map(({ attributes, value }) => [attributes['error.type'] ?? 'overflow', value]))
}

describe('a failure of our own', () => {
  it('is contained, counted each time and logged the first time', () => {
    const sample = sampleRegistry()
    for (let i = 0; i < 3; i++) {
      const outcome = sample.registry.faults.contain('signal', () => {
        throw new RangeError('planted')
      })
      expect(outcome).toBeUndefined()
    }
    expect(errorsOf(sample)).toEqual({ RangeError: 3 })
    expect(said.lines).toHaveLength(1)
    expect(said.lines[0]).toMatch(
      /^error sample: a signal failed and was contained: RangeError at .*faults\.test\.ts.*; from now on only counted in homeostat\.errors$/,
    )
  })

  it('is named by its code where it has one, and its message is never shown', () => {
    const sample = sampleRegistry()
    sample.registry.faults.report(
      'source',
      Object.assign(new Error('duplicate key (email)=(eve@example.org)'), { code: '23505' }),
    )
    sample.registry.faults.report('source', 'a string')
    expect(errorsOf(sample)).toEqual({ 23505: 1, string: 1 })
    expect(said.lines.join()).not.toContain('eve@example.org')
    expect(said.lines).toHaveLength(2)
  })

  it('never shows a line of its message that looks like a frame', () => {
    const { registry } = sampleRegistry()
    const leaky = new RangeError('bad value\n    at eve@example.org (secret:1:2)')
    const replaced = new TypeError('eve@example.org\n    at eve (secret:1:2)')
    // Reading the stack is what makes its text, with the message of that time.
    expect(replaced.stack).toContain('secret')
    replaced.message = 'harmless'
    registry.faults.report('signal', leaky)
    registry.faults.report('signal', replaced)
    expect(said.lines[0]).toMatch(/RangeError at .*faults\.test\.ts:\d+:\d+/)
    expect(said.lines[1]).toMatch(/: TypeError; /)
    expect(said.lines.join()).not.toMatch(/eve|secret/)
  })

  it('of our own is logged with its message in one line, which says what to do', () => {
    const { registry } = sampleRegistry()
    const error = Object.assign(new Error('the queue mails did not answer: look at its Redis\nand more'), {
      code: 'HOMEOSTAT_QUEUE_READING_SLOW',
    })
    registry.faults.report('action', error)
    expect(said.lines).toEqual([
      'error sample: an action failed and was contained: the queue mails did not answer: look at its Redis; from now on only counted in homeostat.errors',
    ])
  })

  it('in a promise is contained as well', async () => {
    const sample = sampleRegistry()
    await expect(
      sample.registry.faults.contain('signal', () => Promise.reject(new RangeError('planted'))),
    ).rejects.toThrow()
    expect(errorsOf(sample)).toEqual({ RangeError: 1 })
  })

  it('of more than 32 types shares one', () => {
    const sample = sampleRegistry()
    for (let i = 0; i < 1000; i++) sample.registry.faults.report('signal', { code: `E${i}` })
    const errors = errorsOf(sample)
    expect(Object.keys(errors)).toHaveLength(33)
    expect(errors['_OTHER']).toBe(968)
    expect(said.lines).toHaveLength(33)
  })

  it('that cannot even be described is let go', () => {
    const sample = sampleRegistry()
    const hostile = {
      get code(): string {
        throw new Error('planted')
      },
    }
    expect(() => sample.registry.faults.report('signal', hostile)).not.toThrow()
  })

  it('where there is no registry is logged the first time', () => {
    const report = logFirst('patching pg/lib/client')
    report(new TypeError('planted'))
    report(new TypeError('planted'))
    expect(said.lines).toEqual([
      expect.stringMatching(/^error homeostat: patching pg\/lib\/client failed and was contained: TypeError at /),
    ])
  })

  it('is contained where the logger of the application throws', () => {
    const quiet = (): void => {}
    const error = (): never => {
      throw new Error('the disk is full')
    }
    const logger = { error, warn: quiet, info: quiet, debug: quiet, verbose: quiet }
    diag.setLogger(logger, { suppressOverrideMessage: true })
    const report = logFirst('patching pg/lib/client')
    expect(() => report(new TypeError('planted'))).not.toThrow()
  })
})

describe('periodic work', () => {
  it('goes on when it throws or rejects, until it is disposed', async () => {
    const reported: unknown[] = []
    let runs = 0
    const timer = every(
      1,
      () => {
        runs++
        const error = new Error(`run ${runs}`)
        if (runs % 2) throw error
        return Promise.reject(error)
      },
      error => reported.push(error),
    )
    await expect.poll(() => reported.length, { timeout: 20_000 }).toBeGreaterThan(3)
    timer[Symbol.dispose]()
    const after = runs
    await new Promise(resolve => setTimeout(resolve, 30))
    expect(runs).toBe(after)
  })
})
