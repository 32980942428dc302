import { gaussian } from '@homeostat/lab/scenarios'
import {
  judgeSplit,
  judgeSwitchback,
  planSwitchback,
  type PairedJudgement,
  type Sample,
  type SideBySide,
  type SwitchbackOptions,
  type UnitSample,
} from '@homeostat/judge'

const STEP_MS = 10_000
const MINUTE_MS = 60_000

/** One design, of which each run gives one verdict, and what is promised of it. */
export interface DesignCase {
  readonly name: string
  readonly promise: 'placebo' | 'effective' | 'no verdict of none'
  readonly run: (random: () => number) => PairedJudgement
}

export const designCases: readonly DesignCase[] = [
  ...[0, 0.5, 0.9, 0.98].map((mood): DesignCase => ({
    name: `kept split of 20 units, of whose mood ${100 * mood} % last from block to block, placebo`,
    promise: 'placebo',
    run: random => keptSplit({ mood, factor: 1 }, random),
  })),
  {
    name: 'kept split of 20 units, of whose mood 50 % last from block to block, -20 %',
    promise: 'effective',
    run: random => keptSplit({ mood: 0.5, factor: 0.8 }, random),
  },
  {
    name: 'switchback of 16 blocks of 60 s, placebo',
    promise: 'placebo',
    run: random => switchback({ factor: 1, lateMs: 0 }, random),
  },
  {
    name: 'switchback of 16 blocks of 60 s, -20 % at once',
    promise: 'effective',
    run: random => switchback({ factor: 0.8, lateMs: 0 }, random),
  },
  ...[60, 90, 120, 180, 240].map((late): DesignCase => ({
    name: `switchback of 16 blocks of 60 s, -20 % that comes and goes ${late} s late`,
    promise: 'no verdict of none',
    run: random => switchback({ factor: 0.8, lateMs: 1000 * late }, random),
  })),
  {
    name: 'switchback, -20 % that comes and goes 120 s late, carry-over declared',
    promise: 'effective',
    run: random => switchback({ factor: 0.8, lateMs: 120_000, carryOverMs: 120_000 }, random),
  },
]

interface KeptSplitOptions {
  /** How much of a unit's mood is left after a block. */
  readonly mood: number
  readonly factor: number
}

const UNITS = 20
const BLOCKS = 20

/** Half of the units, drawn once, get the change after as many blocks without it. Each unit has a level and moods of its own. */
function keptSplit({ mood, factor }: KeptSplitOptions, random: () => number): PairedJudgement {
  const units = Array.from({ length: UNITS }, (_, index) => ({
    name: `unit ${index}`,
    level: 100 * Math.exp(0.5 * gaussian(random)),
    mood: gaussian(random),
    order: random(),
  }))
  const acting = new Set(units.toSorted((a, b) => a.order - b.order).slice(0, UNITS / 2))
  const block = (index: number, times: number): SideBySide => {
    const sides: { readonly act: UnitSample[]; readonly control: UnitSample[] } = { act: [], control: [] }
    for (const unit of units) {
      unit.mood = mood * unit.mood + Math.sqrt(1 - mood ** 2) * gaussian(random)
      const isActing = acting.has(unit)
      const value = unit.level * Math.exp(0.2 * unit.mood + 0.05 * gaussian(random)) * (isActing ? times : 1)
      sides[isActing ? 'act' : 'control'].push([index * MINUTE_MS, value, unit.name])
    }
    return sides
  }
  const baseline = Array.from({ length: BLOCKS }, (_, index) => block(index, 1))
  const blocks = Array.from({ length: BLOCKS }, (_, index) => block(BLOCKS + index, factor))
  return judgeSplit({ blocks, baseline, direction: 'down' })
}

interface SwitchbackCase extends Pick<SwitchbackOptions, 'carryOverMs'> {
  readonly factor: number
  readonly lateMs: number
}

/** A noisy value under a change that is on and off in turns, and works so much later. */
function switchback({ factor, lateMs, carryOverMs = 0 }: SwitchbackCase, random: () => number): PairedJudgement {
  const plan = planSwitchback({ startAt: 0, carryOverMs }, random)
  let noise = gaussian(random)
  const samples: Sample[] = []
  for (let ms = 0; ms < plan.at(-1)!.to; ms += STEP_MS) {
    noise = 0.8 * noise + 0.6 * gaussian(random)
    const isOn = plan.some(({ arm, from, to }) => arm === 'act' && ms - lateMs >= from && ms - lateMs < to)
    samples.push([ms, 100 * Math.exp(0.1 * noise) * (isOn ? factor : 1)])
  }
  return judgeSwitchback({ plan, samples, direction: 'down' })
}
