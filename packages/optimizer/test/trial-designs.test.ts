import { expect, test } from 'vitest'
import type { Action, LedgerEntry, Response } from '../src/index.ts'
import { knobActions, Knobs } from '../src/index.ts'
import { Cell } from './knobs/cell.ts'
import { Loop, START, relieve, response } from './loop.ts'
import { createNoise } from './noise.ts'

const MINUTE_MS = 60_000
/** No second trial begins while a test still looks at the first. */
const switched: Response = { ...response, cooldownMs: 1_800_000, guards: [], design: { kind: 'switchback' } }

/** A valve that can be opened and closed; each change is counted. */
class Valve {
  isOpen = false
  opened = 0
  readonly action: Action = relieve(async () => {
    this.isOpen = true
    this.opened++
    return {
      summary: 'opened the valve',
      effects: { valves: 1 },
      undo: async () => {
        this.isOpen = false
        return { result: 'restored' as const }
      },
    }
  })
}

function noisy(level: () => number): () => number {
  const noise = createNoise(11)
  return () => level() * Math.exp(0.05 * noise())
}

const verdicts = (entries: readonly LedgerEntry[]): LedgerEntry['verdicts'] => entries.flatMap(entry => entry.verdicts)

test('a switchback turns the change on and off, answers within minutes, and leaves on what helps', async () => {
  const valve = new Valve()
  const loop = new Loop({ responses: [switched], actions: [valve.action], random: createNoise(2).uniform })

  const entries = await loop.run(
    18 * MINUTE_MS,
    noisy(() => (valve.isOpen ? 0.9 : 1.2)),
  )

  const [verdict] = verdicts(entries)
  expect(verdict).toMatchObject({ verdict: 'effective', state: 'kept' })
  expect(verdict!.judgedAt - START).toBeLessThanOrEqual(17 * MINUTE_MS)
  expect(valve.opened).toBeGreaterThan(3)
  expect(valve.isOpen).toBe(true)
})

test('a switchback sets a knob and reverts it in turns, and its lease is not taken for lost meanwhile', async () => {
  const cell = new Cell(
    8,
    { min: 1, max: 8 },
    { name: 'plant.valve', keptIn: 'memory', actions: { 'plant.relieve': { to: 1 } } },
  )
  const knobs: Knobs = new Knobs({ knobs: [cell.knob], service: 'shop', clock: () => loop.now })
  const loop: Loop = new Loop({
    responses: [switched],
    actions: knobActions(cell.knob, knobs),
    random: createNoise(2).uniform,
  })

  const entries: LedgerEntry[] = []
  const plant = noisy(() => (cell.value === 1 ? 0.9 : 1.2))
  for (let untilMs = 0; untilMs <= 18 * MINUTE_MS; untilMs += 5000) {
    entries.push(...(await loop.run(untilMs, plant)))
    // A tick does not wait for a switch, which takes longer on a slow machine. Virtual time goes on when it is done.
    await loop.optimizer.restored()
  }

  expect(verdicts(entries)[0]).toMatchObject({ verdict: 'effective', state: 'kept' })
  expect(cell.value).toBe(1)
})

test('a switchback of a change that does nothing ends with the change taken back', async () => {
  const valve = new Valve()
  const loop = new Loop({ responses: [switched], actions: [valve.action], random: createNoise(2).uniform })

  const entries = await loop.run(
    18 * MINUTE_MS,
    noisy(() => 1.2),
  )

  expect(['no_effect', 'inconclusive']).toContain(verdicts(entries)[0]?.verdict)
  expect(valve.isOpen).toBe(false)
  expect(loop.optimizer.trials.open).toEqual([])
})

test('the kill switch ends a switchback with the change taken back', async () => {
  const valve = new Valve()
  const loop = new Loop({ responses: [switched], actions: [valve.action], random: () => 0.1 })
  await loop.run(
    5 * MINUTE_MS,
    noisy(() => 1.2),
  )

  loop.optimizer.killSwitch.trip('the operator')
  await loop.optimizer.restored()

  expect(valve.isOpen).toBe(false)
})

test('a split leaves half of the units alone and compares the halves', async () => {
  const relieved = new Set<string>()
  const dealt: string[] = []
  const loop = new Loop({
    rules: [{ alert: 'PressureHigh', expr: 'max(test_pressure) > 0.8', for: '10s' }],
    responses: [{ ...response, design: { kind: 'split', blocks: 8, blockMs: 30_000 } }],
    actions: [
      relieve(async ({ split, blocks, now }) => {
        // Eight blocks of which the first begins when the effect of the run has settled.
        expect(blocks).toEqual({ count: 8, ms: 30_000, until: now + 10_000 + 8 * 30_000 })
        for (const unit of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
          dealt.push(split!(unit))
          relieved.add(split!(unit))
        }
        return { summary: 'relieved half of them', effects: { plants: 4 } }
      }),
    ],
  })
  const noise = createNoise(8)
  const halves = (['act', 'control'] as const).map(arm => ({ arm, series: loop.half(arm) }))

  const entries: LedgerEntry[] = []
  for (let minute = 0; minute < 6; minute++) {
    entries.push(
      ...(await loop.run(minute * MINUTE_MS, () => {
        for (const { arm, series } of halves)
          series.set((arm === 'act' && relieved.size > 0 ? 0.7 : 1) * Math.exp(0.05 * noise()))
        return undefined
      })),
    )
  }

  expect(new Set(dealt)).toEqual(new Set(['act', 'control']))
  expect(verdicts(entries)[0]).toMatchObject({ verdict: 'effective' })
})
