import { LEAST_QUIET_BLOCKS, planProof, type ProofPlan } from '@homeostat/lab/prove'
import { LEAST_PAIRS } from '@homeostat/optimizer/judge'
import { formatDuration } from '@homeostat/promql'
import { sleep } from '@homeostat/signals'
import type { ProveLook } from '../../proof/prove-question.ts'
import { WrongCallError } from '../wrong-call-error.ts'
import { GatheredLooks } from './gathered-looks.ts'
import type { ProveCall } from './prove-call.ts'
import type { ProvingProcess } from './proving-process.ts'

/** Where nothing is observed, medians of a minute of a busy service differ by about so much. */
const ASSUMED_NOISE = 0.1
/** A process forgets what nobody looks at. */
const LOOK_EVERY_MS = 10_000

/** Three times the usual minute of a reader, and somewhat more. */
const PACE_PATIENCE_MS = 240_000
/** Beside what the reader of the measure takes. */
const FIRST_VALUE_MS = 1000
const IN_VAIN = `the noise is not observed: in too few blocks there were values and nothing was switched`

type PacedLook = ProveLook & Required<Pick<ProveLook, 'intervalMs'>>

/** A plan, and the service as it was found. */
export interface PlannedProof {
  readonly look: ProveLook
  readonly plan: ProofPlan
  /** For people. */
  readonly lines: readonly string[]
}

/**
 * Looks at the service, observes the noise of its measure if that is wanted, and plans. What can be refused is refused before it observes.
 *
 * @param report takes lines while it waits
 * @throws WrongCallError
 */
export async function plannedProof(
  call: ProveCall,
  process: ProvingProcess,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<PlannedProof> {
  let look = await seenMeasure(call, process, report, signal)
  // The noise decides how many blocks there are, and not how long they are.
  const isLengthGiven = call.pairs !== undefined || call.mostMs !== undefined
  const cut = plan({ ...call, ...(!isLengthGiven && { pairs: LEAST_PAIRS }) }, look, {
    noise: ASSUMED_NOISE,
    isNoiseObserved: false,
  })
  const needsMs = LEAST_QUIET_BLOCKS * cut.blockMs
  if (call.observeMs > 0 && call.observeMs < needsMs)
    throw new WrongCallError(
      `'--observe' must be at least ${formatDuration(needsMs)}: the noise is that of ${LEAST_QUIET_BLOCKS} blocks of ${formatDuration(cut.blockMs)}`,
    )
  if (call.observeMs > 0) report(`observing ${look.expr} for ${call.observeMs / 1000} s; nothing is switched`)
  // The first blocks may have begun before.
  const looks = new GatheredLooks()
  looks.add(look)
  const until = performance.now() + call.observeMs
  for (let leftMs = call.observeMs; leftMs > 0; leftMs = until - performance.now()) {
    await sleep(Math.min(LOOK_EVERY_MS, leftMs), { signal, holdsProcess: true })
    look = { ...look, ...(await process.look(call.request)) }
    looks.add(look)
  }
  const observed = call.observeMs > 0 ? looks.noise(cut) : undefined
  const noise = observed ?? call.noise ?? ASSUMED_NOISE
  const planned = plan(call, look, { noise, isNoiseObserved: observed !== undefined })
  const isInVain = call.observeMs > 0 && observed === undefined
  return { look, plan: planned, lines: [...linesOf(look), ...planned.lines, ...(isInVain ? [IN_VAIN] : [])] }
}

/** A measure that nobody has read before has its first value when its reader delivers, and its pace when that has been done three times. */
async function seenMeasure(
  { request }: ProveCall,
  process: ProvingProcess,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<PacedLook> {
  const waitFor = async (from: ProveLook, { isThere, patienceMs, waiting, late }: Wait): Promise<ProveLook> => {
    const until = performance.now() + patienceMs
    let look = from
    while (!isThere(look)) {
      if (performance.now() > until) throw new WrongCallError(late)
      if (look === from) report(waiting)
      await sleep(Math.min(FIRST_VALUE_MS, patienceMs), { signal, holdsProcess: true })
      look = await process.look(request)
    }
    return look
  }
  const first = await process.look(request)
  const { expr, rangeMs, slowestMs } = first
  const patienceMs = rangeMs + 2 * slowestMs + FIRST_VALUE_MS
  const seen = await waitFor(first, {
    isThere: look => look.past.length > 0,
    patienceMs,
    waiting: `waiting up to ${formatDuration(patienceMs)} for the first value of ${expr}`,
    late: `the measure has no value: ${expr}; send the process traffic, or choose another with --measure`,
  })
  const paced = await waitFor(seen, {
    isThere: look => look.intervalMs !== undefined,
    patienceMs: PACE_PATIENCE_MS,
    waiting: `waiting until the reader of ${expr} has delivered three times`,
    late: `how often ${expr} has a new value is not known yet; ask again later`,
  })
  return { ...paced, intervalMs: paced.intervalMs! }
}

/** A wait for a look: when it is over, and the lines that report its beginning and its failure. */
interface Wait {
  readonly isThere: (look: ProveLook) => boolean
  readonly patienceMs: number
  readonly waiting: string
  readonly late: string
}

interface Noise {
  readonly noise: number
  readonly isNoiseObserved: boolean
}

function plan(call: ProveCall, { direction, intervalMs, rangeMs }: PacedLook, noise: Noise): ProofPlan {
  const { worth, power, seed, blockMs, carryOverMs, pairs, mostMs } = call
  try {
    return planProof({
      direction,
      worth,
      power,
      intervalMs,
      rangeMs,
      seed,
      ...noise,
      ...(blockMs !== undefined && { blockMs }),
      ...(carryOverMs !== undefined && { carryOverMs }),
      ...(pairs !== undefined && { pairs }),
      ...(mostMs !== undefined && { mostMs }),
    })
  } catch (error) {
    if (error instanceof RangeError) throw new WrongCallError(error.message)
    throw error
  }
}

function linesOf({ knob, from, to, expr, direction, alert, guards, past }: ProveLook): string[] {
  const now = `now ${+past.at(-1)![1].toPrecision(3)}`
  return [
    `knob     ${knob}: ${from} and ${to}${alert === undefined ? '' : ` (response to ${alert})`}`,
    `measure  ${expr} (better is ${direction}; ${now})`,
    `guards   ${guards.length === 0 ? 'none: nothing ends it early but harm to the measure' : guards.join('; ')}`,
  ]
}
