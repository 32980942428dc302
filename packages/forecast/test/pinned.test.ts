import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Traits } from '../src/features/traits.ts'
import type { ForecastOptions } from '../src/index.ts'
import { create } from '../src/index.ts'
import { decodeModel } from '../src/model.ts'
import weights from '../src/weights.json' with { type: 'json' }
import { SeriesHistory } from '../src/series-history.ts'
import { FEATURES, Situation } from '../src/situation.ts'
import { Target } from '../src/target.ts'
import { DAY, HOUR, MINUTE, createRandom, START } from './machine.ts'

// A forecast is compared bit by bit with the one that was pinned: saved states and the shipped weights rest on every
// feature meaning what it meant. After a change that is meant to alter forecasts, pin them again with
// UPDATE_PINNED_FORECASTS=1 and say in the commit why they differ.
const PINS = new URL('pinned-forecasts.json', import.meta.url)
const update = process.env['UPDATE_PINNED_FORECASTS'] !== undefined

interface Pin {
  /** SHA-256 of the bits of all probabilities, confidences, features, inputs and contributions. */
  readonly digest: string
  /** The last of them in full, so that a difference has a name. */
  readonly probability: number
  readonly logOdds: Readonly<Record<string, number>>
  readonly features: Readonly<Record<string, number>>
  readonly inputs: readonly number[]
}

/** A sample as milliseconds since the start and value. */
type Sample = readonly [ms: number, value: number]

interface Case extends Partial<Omit<ForecastOptions, 'thresholds' | 'horizonsMs'>> {
  readonly limit?: number
  readonly horizonMs?: number
  readonly samples: Iterable<Sample>
}

function* minutes(count: number, value: (minute: number) => number, stepMs = MINUTE): Iterable<Sample> {
  for (let i = 0; i < count; i++) yield [i * stepMs, value(i)]
}

/** A triangle between 0 and 1. */
const wave = (i: number, period: number): number => Math.abs(((i % period) / period) * 2 - 1)

function* gaps(): Iterable<Sample> {
  const next = createRandom(11)
  let ms = 0
  for (let i = 0; i < 4000; i++) {
    const lost = next()
    ms += lost < 0.002 ? 9 * DAY : lost < 0.01 ? 5 * HOUR : lost < 0.1 ? 7 * MINUTE : MINUTE + 20_000 * next()
    yield [ms, 0.5 * wave(ms / MINUTE, 1440) + 0.4 * next()]
  }
}

function* clockJumpsBack(): Iterable<Sample> {
  const next = createRandom(12)
  for (let i = 0; i < 2000; i++) yield [i * MINUTE, 0.6 + 0.2 * next()]
  for (let i = 0; i < 2000; i++) yield [(i - 900) * MINUTE, 0.55 + 0.2 * next()]
}

function walk(seed: number, size: number): () => number {
  const next = createRandom(seed)
  let x = 0.5
  return () => (x = Math.min(1, Math.max(0, x + size * (next() - 0.5))))
}

function noisy(seed: number, value: (i: number, noise: number) => number): (i: number) => number {
  const next = createRandom(seed)
  return i => value(i, next())
}

const cases: Record<string, Case> = {
  'no samples': { samples: [] },
  'two samples': { samples: minutes(2, () => 0.5) },
  zeros: { samples: minutes(3000, () => 0) },
  'zeros below a limit of zero': { limit: 0, samples: minutes(3000, i => (i % 50 === 0 ? 0 : -0.01)) },
  'negative zeros and a negative limit': { limit: -1, samples: minutes(2000, i => (i % 97 < 3 ? -0 : -5)) },
  'a constant below the limit': { samples: minutes(7000, () => 0.3) },
  'a constant at the limit': { samples: minutes(2000, () => 0.7) },
  'a constant above the limit': { samples: minutes(2000, () => 0.9) },
  'the smallest and the largest numbers': {
    limit: 1e30,
    kind: 'network',
    unit: 'By/s',
    samples: minutes(2000, i => [1e-300, 5e-324, 1e38, -1e38, 1e300][i % 5]!),
  },
  'what is not a number': {
    samples: minutes(
      3000,
      noisy(13, (i, noise) => (i % 3 === 1 ? Number.NaN : i % 31 === 2 ? Infinity : 0.75 * noise)),
    ),
  },
  'gaps of minutes, hours and days': { samples: gaps() },
  'a clock that jumps back': { samples: clockJumpsBack() },
  'a job at minute 40': {
    samples: minutes(
      8 * 1440 + 30,
      noisy(14, (i, noise) => (i % 60 >= 40 && i % 60 < 43 ? 0.8 : 0.3) + 0.05 * noise),
    ),
  },
  'a job every two hours': {
    samples: minutes(
      4000,
      noisy(15, (i, noise) => (i % 120 < 4 ? 0.75 : 0.2) + 0.1 * noise),
    ),
  },
  'days with a peak': {
    kind: 'database',
    samples: minutes(
      10 * 1440,
      noisy(16, (i, noise) => 0.75 * wave(i, 1440) + 0.1 * noise),
    ),
  },
  'a random walk': { samples: minutes(5000, walk(17, 0.05)) },
  'a leak with restarts': {
    kind: 'memory',
    samples: minutes(
      9000,
      noisy(18, (i, noise) => (i % 700) / 900 + 0.02 * noise),
    ),
  },
  'rare bursts': {
    kind: 'network',
    unit: 'By/s',
    limit: 5e7,
    samples: minutes(
      9000,
      noisy(19, (_, noise) => 1e6 / (noise + 0.01)),
    ),
  },
  'a sample every ten seconds': {
    intervalMs: 10_000,
    horizonMs: 5 * MINUTE,
    samples: minutes(5000, walk(20, 0.02), 10_000),
  },
  'a sample every hour': {
    intervalMs: HOUR,
    horizonMs: 6 * HOUR,
    samples: minutes(
      900,
      noisy(21, (i, noise) => 0.6 * wave(i, 24) + 0.3 * noise),
      HOUR,
    ),
  },
}

function pin({ limit = 0.7, horizonMs = 15 * MINUTE, samples, ...own }: Case): Pin {
  const options = { kind: 'cpu', unit: 'ratio', intervalMs: MINUTE, ...own } as const
  const forecaster = create({ ...options, thresholds: [limit], horizonsMs: [horizonMs] })
  const stepMs = Math.max(options.intervalMs, horizonMs / 16)
  const history = new SeriesHistory(options.intervalMs, stepMs)
  const traits = new Traits(options.kind, options.unit, stepMs, horizonMs)
  const target = new Target(limit, horizonMs, history, traits, decodeModel(weights))
  const situation = new Situation()
  const digest = createHash('sha256')
  const take = (numbers: ArrayLike<number>): void =>
    void digest.update(new Uint8Array(Float64Array.from(numbers).buffer))
  const ask = (): void => {
    const { probability, confidence, expectedInMs } = forecaster.prediction(limit, horizonMs)
    const { contributions } = forecaster.explain(limit, horizonMs)
    take([probability, confidence, expectedInMs, ...contributions.map(({ logOdds }) => logOdds)])
    // Nobody asks a series without a sample.
    if (history.samples === 0) return
    take([target.logOdds(history, situation)])
    take(situation.features.values)
    take(situation.inputs.values)
  }
  let count = 0
  for (const [ms, value] of samples) {
    forecaster.observe(START + ms, value)
    if (Number.isFinite(value) && Math.abs(value) <= 1e38 && history.observe(START + ms, value) !== 'late')
      target.observe(history, true, situation)
    if (++count % 101 === 0) ask()
  }
  ask()
  // A limit and a horizon that nobody watched.
  take([forecaster.probability(0.8 * limit, horizonMs), forecaster.probability(limit, 2 * horizonMs)])
  const { contributions } = forecaster.explain(limit, horizonMs)
  return {
    digest: digest.digest('hex'),
    probability: forecaster.probability(limit, horizonMs),
    logOdds: Object.fromEntries(contributions.map(({ reason, logOdds }) => [reason, logOdds])),
    features: Object.fromEntries(FEATURES.map((name, i) => [name, situation.features.values[i]!])),
    inputs: [...situation.inputs.values],
  }
}

describe('a forecast is to the bit what it was', () => {
  const pinned = (update ? {} : JSON.parse(readFileSync(PINS, 'utf8'))) as Record<string, Pin>

  it.each(Object.keys(cases))('for %s', name => {
    const { digest, ...last } = pin(cases[name]!)
    if (update) {
      pinned[name] = { digest, ...last }
      writeFileSync(PINS, `${JSON.stringify(pinned)}\n`)
    }
    const { digest: digestPinned, ...lastPinned } = pinned[name]!
    // JSON writes -0 as 0; the digest distinguishes them.
    expect(JSON.parse(JSON.stringify(last))).toEqual(lastPinned)
    expect(digest).toBe(digestPinned)
  })
})
