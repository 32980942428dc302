import { planProof, type ProofPlan } from '@homeostat/lab/prove'
import { blockNoise } from '@homeostat/optimizer/judge'
import { sleep } from '@homeostat/signals'
import type { ProveLook } from '../../proof/prove-question.ts'
import { WrongCallError } from '../wrong-call-error.ts'
import type { ProveCall } from './prove-call.ts'
import type { ProvingProcess } from './proving-process.ts'

/** Where nothing is observed, medians of a minute of a busy service differ by about so much. */
const ASSUMED_NOISE = 0.1
/** A process forgets what nobody looks at. */
const LOOK_EVERY_MS = 10_000

/** A plan, and the service as it was found. */
export interface PlannedProof {
  readonly look: ProveLook
  readonly plan: ProofPlan
  /** For people. */
  readonly lines: readonly string[]
}

/**
 * Looks at the service, observes the noise of its measure if that is wanted, and plans.
 *
 * @param report takes lines while it observes
 * @throws WrongCallError
 */
export async function plannedProof(
  call: ProveCall,
  process: ProvingProcess,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<PlannedProof> {
  let look = await process.look(call.request)
  if (call.observeMs > 0) report(`observing ${look.expr} for ${call.observeMs / 1000} s; nothing is switched`)
  const until = performance.now() + call.observeMs
  for (let leftMs = call.observeMs; leftMs > 0; leftMs = until - performance.now()) {
    await sleep(Math.min(LOOK_EVERY_MS, leftMs), { signal, holdsProcess: true })
    look = await process.look(call.request)
  }
  const plan = planFor(call, look)
  return { look, plan, lines: [...linesOf(look), ...plan.lines] }
}

function planFor(call: ProveCall, { direction, intervalMs, rangeMs, past }: ProveLook): ProofPlan {
  const { worth, power, seed, blockMs, carryOverMs, pairs, mostMs } = call
  const terms = {
    direction,
    worth,
    power,
    intervalMs,
    rangeMs,
    seed,
    ...(blockMs !== undefined && { blockMs }),
    ...(carryOverMs !== undefined && { carryOverMs }),
    ...(pairs !== undefined && { pairs }),
    ...(mostMs !== undefined && { mostMs }),
  }
  try {
    // How long blocks are does not depend on the noise.
    const cut = planProof({ ...terms, noise: ASSUMED_NOISE, isNoiseObserved: false, pairs: pairs ?? 6 })
    const observed = call.noise === undefined ? blockNoise(past, cut) : undefined
    const noise = observed ?? call.noise ?? ASSUMED_NOISE
    return planProof({ ...terms, noise, isNoiseObserved: observed !== undefined })
  } catch (error) {
    if (error instanceof RangeError) throw new WrongCallError(error.message)
    throw error
  }
}

function linesOf({ knob, from, to, expr, direction, alert, guards, past }: ProveLook): string[] {
  const latest = past.at(-1)?.[1]
  const now = latest === undefined ? 'it has no value now' : `now ${+latest.toPrecision(3)}`
  return [
    `knob     ${knob}: ${from} and ${to}${alert === undefined ? '' : ` (response to ${alert})`}`,
    `measure  ${expr} (better is ${direction}; ${now})`,
    `guards   ${guards.length === 0 ? 'none: nothing ends it early but harm to the measure' : guards.join('; ')}`,
  ]
}
