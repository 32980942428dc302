import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { Interruption } from '../src/demo/interruption.ts'
import { manySeeds } from '../src/demo/many-seeds.ts'
import { Screen } from '../src/demo/screen.ts'
import { Story } from '../src/demo/story.ts'
import type { Ended } from '../src/demo/summary.ts'
import { ended, firing, quiet } from './ledger-entry.ts'

/** A demonstration in which the placebo was called so, and the harmful action was reverted. */
function endedWith(verdict: 'effective' | 'harmful' | 'no_effect', seed: number): Ended {
  const judged = (alert: string, action: string): ReturnType<typeof ended> & { alert: string; action: string } => ({
    ...ended({ summary: 'set it', effects: {} }, `${action}#1`),
    alert,
    action,
  })
  const story = new Story()
  const trial = { state: 'judged', judgedAt: 160_000, verdict, reason: 'of ten blocks', blindSpots: [] } as const
  const reverted = { result: 'restored', because: 'guard breached', from: 103_900, at: 104_000 } as const
  story.read({
    ...quiet,
    firings: [firing],
    verdicts: [{ ...judged('CacheHitRatioLow', 'shop.placebo'), ...trial }],
    reverted: [{ ...judged('ProductsAreViewed', 'shop.recommendations'), ...trial, reverted }],
  })
  const watched = { story, restarted: { knobs: [], backAfterMs: undefined } }
  return { seed, digest: 'abc', results: [], watched, lateMs: 0, idle: 0.5, missing: [] }
}

async function seedsOf(
  run: (seed: number) => Promise<Ended | undefined>,
  interruption: Pick<Interruption, 'signal' | 'exitCode'> = { signal: new AbortController().signal, exitCode: 130 },
): Promise<{ readonly code: number; readonly text: string }> {
  let text = ''
  const screen = new Screen({ write: part => (text += part) }, {})
  const code = await manySeeds({ seed: 1, seeds: 3 }, interruption, screen, run)
  return { code, text }
}

it('tells how often each promise was kept', async () => {
  const { code, text } = await seedsOf(async seed => endedWith('no_effect', seed))
  expect(text).toContain('placebo called effective or harmful 0 times')
  expect(text.replaceAll('\n', ' ')).toContain('reverted 3 times, all that was promised happened 3 times')
  expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThan(80)
  expect(code).toBe(0)
})

it.each(['effective', 'harmful'] as const)('counts a placebo that is called %s', async verdict => {
  const { code, text } = await seedsOf(async seed => endedWith(seed === 2 ? verdict : 'no_effect', seed))
  expect(text).toContain('placebo called effective or harmful 1 times')
  expect(code).toBe(1)
})

it('goes on after a demonstration that breaks, and counts it as missing', async () => {
  const { code, text } = await seedsOf(async seed => {
    if (seed === 2) throw new Error('the shop ended by SIGKILL while it was needed')
    return endedWith('no_effect', seed)
  })
  expect(text).toMatch(/seed 2:\n {2}MISSING: .*the shop\s+ended by\s+SIGKILL while it was needed\nseed 3 /)
  expect(text.replaceAll('\n', ' ')).toContain('all that was promised happened 2 times')
  expect(code).toBe(1)
})

it('ends with the exit code of an interruption', async () => {
  expect(await seedsOf(async () => undefined)).toEqual({ code: 130, text: '' })
})

it('does not end the whole when something breaks in a part, and ends a part with the whole', async () => {
  const whole = new Interruption()
  const [one, other] = [new Interruption(whole), new Interruption(whole)]
  one.failOn(Promise.resolve('ended by SIGKILL'), how => `the shop ${how}`)
  await sleep(0)
  expect([one.signal.aborted, whole.signal.aborted, other.signal.aborted]).toEqual([true, false, false])
  expect(one.reason).toBe('the shop ended by SIGKILL')
  whole.failOn(Promise.resolve('over'), how => how)
  await sleep(0)
  expect(other.signal.aborted).toBe(true)
})
