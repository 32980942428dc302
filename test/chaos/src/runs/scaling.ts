import { createRandom } from '@homeostat/lab/scenarios'
import type { ChaosOptions, ChaosRun } from '../chaos-run.ts'
import type { ArrivalKind, PlannedJob } from '../scaling/arrival-kinds.ts'
import { arrivalKinds, planJobs } from '../scaling/arrival-kinds.ts'
import { heldOutKinds } from '../scaling/held-out-kinds.ts'
import type { FleetOptions, FleetOutcome } from '../scaling/scaled-fleet.ts'
import { runFleet } from '../scaling/scaled-fleet.ts'
import { fixedFleet, foresights, listLength, oracle, ourNumber } from '../scaling/scaling-metrics.ts'

const HOURS = 4
const TARGETS_SECONDS = [60, 120]
const CONCURRENCY = 2
/** From the decision to the first job of a new pod. */
const START_SECONDS = 20
/** How much of the time the oldest job may be older than the target. */
const MOST_LATE = 0.01
const MOST_MINUTES = 1.1
const MOST_DRAIN_ERROR = 0.15
/** Added to the seed of kinds that are held out. */
const HELD_OUT = 10
/** The mean utilization of the fleet whose drains are estimated: bursts go far beyond it. */
const UTILIZATION = 0.85
/** KEDA's default, and a length that comes closer to what the jobs need. */
const LIST_LENGTHS = [5, 50]

export const run: ChaosRun = {
  name: 'scaling',
  about:
    'the number to scale on, followed by the algorithm of HPA and KEDA, beside an oracle and the list length; drain times',
  async run({ short, seed, report }) {
    const seconds = (short ? 2 : HOURS) * 3600
    for (const targetSeconds of TARGETS_SECONDS) {
      const options = { seconds, concurrency: CONCURRENCY, startSeconds: START_SECONDS, targetSeconds }
      await compareWithOracle(arrivalKinds, { options, seed, report })
      if (!short) await compareWithOracle(heldOutKinds, { options, seed: seed + HELD_OUT, report, heldOut: true })
    }
    for (const [index, kind] of arrivalKinds.entries()) {
      const jobs = planJobs(kind, seconds, createRandom(seed * 100 + index))
      report({ run: 'scaling', case: `drain: ${kind.name}`, ...drainFigures(kind, jobs, seconds) })
    }
  },
}

interface Comparing {
  readonly options: FleetOptions
  readonly seed: number
  readonly report: ChaosOptions['report']
  /** Whether nobody looked at these kinds while the formula was chosen: their figures have no goal of their own. @default false */
  readonly heldOut?: boolean
}

/** Lets each kind arrive at our number, at list lengths and at the oracle. */
async function compareWithOracle(
  kinds: readonly ArrivalKind[],
  { options, seed, report, heldOut = false }: Comparing,
): Promise<void> {
  const { seconds, targetSeconds } = options
  const about = heldOut ? `${targetSeconds} s, held out` : `${targetSeconds} s`
  const total = { ours: 0, oracle: 0 }
  for (const [index, kind] of kinds.entries()) {
    const jobs = planJobs(kind, seconds, createRandom(seed * 100 + index))
    const ours = runFleet(jobs, ourNumber(options), options)
    const best = bestOf(foresights.map(foresight => runFleet(jobs, oracle(foresight, options), options)))
    total.ours += ours.workerMinutes
    total.oracle += best?.workerMinutes ?? Number.NaN
    const lists = LIST_LENGTHS.map(length => [length, runFleet(jobs, listLength(length), options)] as const)
    report({
      run: 'scaling',
      case: `${about}: ${kind.name}`,
      goal: heldOut ? 'for comparison' : `late at most ${MOST_LATE * 100} % of the time`,
      late: ours.late,
      ageP99: ours.ageP99,
      toOracle: ours.workerMinutes / (best?.workerMinutes ?? Number.NaN),
      oracleLate: best?.late ?? Number.NaN,
      ...Object.fromEntries(
        lists.flatMap(([length, list]) => [
          [`list${length}ToOracle`, list.workerMinutes / (best?.workerMinutes ?? Number.NaN)],
          [`list${length}Late`, list.late],
        ]),
      ),
      // While pods are added: they drain the queue sooner than the rate of before.
      drainError: meanErrorOf(ours.drains),
      ...(!heldOut && { met: ours.late <= MOST_LATE }),
    })
    // The simulations of one kind hold the loop for a second.
    await new Promise(resolve => setImmediate(resolve))
  }
  const toOracle = total.ours / total.oracle
  report({
    run: 'scaling',
    case: `${about}: all kinds`,
    goal: `worker minutes at most ${MOST_MINUTES} times those of the oracle`,
    toOracle,
    met: toOracle <= MOST_MINUTES,
  })
}

/** The cheapest that holds the target. */
function bestOf(outcomes: readonly FleetOutcome[]): FleetOutcome | undefined {
  const holding = outcomes.filter(({ late }) => late <= MOST_LATE)
  return holding.toSorted((a, b) => a.workerMinutes - b.workerMinutes)[0]
}

/** How wrong the estimates of the drain are in a fleet of a fixed size. */
function drainFigures(
  { name }: ArrivalKind,
  jobs: readonly PlannedJob[],
  seconds: number,
): { readonly [figure: string]: string | number | boolean } {
  const load = jobs.reduce((sum, { run: length }) => sum + length, 0) / seconds
  const pods = Math.ceil(load / UTILIZATION / CONCURRENCY)
  const options: FleetOptions = {
    seconds,
    concurrency: CONCURRENCY,
    startSeconds: 0,
    targetSeconds: 60,
    pods,
  }
  const { drains } = runFleet(jobs, fixedFleet(pods), options)
  const meanError = meanErrorOf(drains)
  const isBursty = name !== 'steady'
  return {
    goal: isBursty ? `mean error at most ${MOST_DRAIN_ERROR * 100} %` : 'for comparison',
    estimates: drains.length,
    meanError,
    ...(isBursty && { met: meanError <= MOST_DRAIN_ERROR }),
  }
}

/** NaN of none, so that a goal about nothing is never met. */
function meanErrorOf(drains: FleetOutcome['drains']): number {
  const errors = drains.map(({ estimate, real }) => Math.abs(estimate - real) / real)
  return errors.reduce((sum, error) => sum + error, 0) / errors.length
}
