import { quantile } from '../quantile.ts'
import type { ChaosRun } from '../chaos-run.ts'
import type { HarmfulAction } from '../harm/harm.ts'
import { harmfulActions } from '../harm/harm.ts'
import type { HarmOutcome } from '../harm/harm-trial.ts'
import { runHarmTrial } from '../harm/harm-trial.ts'

const SERVICES = 30
/** Standard deviations of the logarithm of each second's latency, spread over the services. */
const NOISE = { least: 0.05, most: 0.3 }
const MOST_RUNS = 3

export const run: ChaosRun = {
  name: 'harm',
  about: 'twelve harmful actions through the whole loop: how fast they are reverted, and that none persists',
  async run({ short, seed, report }) {
    const services = short ? 2 : SERVICES
    for (const [index, harmful] of harmfulActions.entries()) {
      const outcomes = await Promise.all(
        Array.from({ length: services }, (_, service) =>
          runHarmTrial(harmful, noiseOf(service, services), seed * 1000 + index * 100 + service),
        ),
      )
      report({ run: 'harm', case: harmful.name, ...figuresOf(harmful, outcomes) })
    }
  },
}

function noiseOf(service: number, services: number): number {
  return NOISE.least + (service * (NOISE.most - NOISE.least)) / Math.max(1, services - 1)
}

function figuresOf(
  { withinSeconds, isUnseen = false }: HarmfulAction,
  outcomes: readonly HarmOutcome[],
): { readonly goal: string; readonly met: boolean; readonly [figure: string]: string | number | boolean } {
  const seconds = outcomes.flatMap(({ reverted }) => reverted)
  const revertedP95 = quantile(seconds, 0.95)
  const persisting = outcomes.filter(({ persists }) => persists).length
  const notQuarantined = outcomes.filter(({ isQuarantined }) => !isQuarantined).length
  const mostRuns = Math.max(...outcomes.map(({ runs }) => runs))
  const isFast = withinSeconds === undefined || revertedP95 <= withinSeconds
  const isLeftAlone = isUnseen || (notQuarantined === 0 && mostRuns <= MOST_RUNS)
  const goal = [
    'none persists',
    ...(isUnseen ? [] : [`left alone after at most ${MOST_RUNS} runs`]),
    ...(withinSeconds === undefined ? [] : [`reverted within ${withinSeconds} s p95`]),
  ].join(', ')
  return {
    goal,
    services: outcomes.length,
    runs: outcomes.reduce((sum, { runs }) => sum + runs, 0),
    mostRuns,
    revertedP95,
    early: outcomes.reduce((sum, one) => sum + one.early, 0),
    notQuarantined,
    persisting,
    said: [...new Set(outcomes.flatMap(({ said }) => said))].join(' | '),
    met: persisting === 0 && isLeftAlone && isFast,
  }
}
