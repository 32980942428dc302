import { createRandom, gaussian } from '@homeostat/lab/scenarios'
import type { ChaosRun } from '../chaos-run.ts'
import { judge, type Episode } from '../verdicts/judge.ts'

const MOST_MS = 2
const SIDE = 48
const SAMPLES = 12

/** A busy machine only ever adds to a slice, so that the cheapest of them counts. */
const SLICES = 40
const CALLS = 5

const shapes: { readonly [name: string]: (value: number) => number } = {
  'no ties': value => value,
  'ties, a dozen values': value => Math.round(value),
  'mostly zeros': value => Math.max(0, Math.round(value) - 9),
}

export const run: ChaosRun = {
  name: 'judge-cost',
  about: 'how long one call of the judge takes with 48 against 48 episodes, tied or not',
  async run({ short, seed, report }) {
    for (const [name, shape] of Object.entries(shapes)) {
      for (const factor of [1, 0.9, 0.8]) {
        const input = { ...episodes(shape, factor, createRandom(seed)), direction: 'down' as const }
        const slices = Array.from({ length: short ? SLICES / 8 : SLICES }, () => {
          const before = process.cpuUsage()
          for (let call = 0; call < CALLS; call++) judge(input)
          const { user, system } = process.cpuUsage(before)
          return (user + system) / 1000 / CALLS
        }).toSorted((a, b) => a - b)
        const [cheapest] = slices
        report({
          run: 'judge-cost',
          case: `${name}, ${Math.round(100 * (factor - 1))} %`,
          verdict: judge(input).verdict,
          cpuMs: cheapest!,
          medianCpuMs: slices[slices.length >> 1]!,
          goal: `<= ${MOST_MS} ms of CPU in the cheapest of ${slices.length} slices`,
          met: cheapest! <= MOST_MS,
        })
      }
    }
  },
}

/** Acts and controls in turn, with a spread of 20 % from sample to sample. */
function episodes(
  shape: (value: number) => number,
  factor: number,
  random: () => number,
): { acts: Episode[]; controls: Episode[] } {
  const of = (at: number, by: number): Episode => ({
    at,
    before: Array.from({ length: SAMPLES }, (_, index) => [
      at - index * 10_000,
      shape(10 * Math.exp(0.2 * gaussian(random))),
    ]),
    after: Array.from({ length: SAMPLES }, (_, index) => [
      at + index * 10_000,
      shape(10 * by * Math.exp(0.2 * gaussian(random))),
    ]),
  })
  const acts = Array.from({ length: SIDE }, (_, index) => of(index * 1_200_000, factor))
  const controls = Array.from({ length: SIDE }, (_, index) => of(index * 1_200_000 + 600_000, 1))
  return { acts, controls }
}
