import type { Knob, KnobOptions, Response, ResponseGuard } from '@homeostat/optimizer'
import { knobActionNames, PROOF_ALERT, targetOf } from '@homeostat/optimizer/parts'
import { ownMessage } from '@homeostat/signals'
import type { ProveRequest } from './prove-question.ts'

/** What a request comes to on this service. */
export interface KnobTerms {
  readonly knob: Knob
  readonly from: number
  readonly to: number
  /** Hands the action its options, and the guards and requirements that count. */
  readonly response: Response
  readonly expr: string
  readonly direction: 'up' | 'down'
  readonly alert?: string
}

/** A request that this service cannot follow, in one line. */
export class ProofRefusedError extends Error {
  override readonly name = 'ProofRefusedError'
  readonly code = 'HOMEOSTAT_PROOF_REFUSED'
}

/**
 * Works out what a request sets, measures and guards: what it says itself, else what the response says that sets the knob.
 *
 * @param from the present value of the knob
 * @throws ProofRefusedError
 */
export function knobTerms(request: ProveRequest, knob: Knob, from: number, responses: readonly Response[]): KnobTerms {
  const names = knobActionNames(knob)
  const own = responses.filter(
    ({ action, to }) => names.includes(action) && (request.alert === undefined || to.alert === request.alert),
  )
  if (request.alert !== undefined && own.length === 0)
    throw new ProofRefusedError(`no response to '${request.alert}' sets ${knob.name}`)
  const [only] = own.length === 1 ? own : []
  const several = `several responses set ${knob.name}; choose one with --alert: ${[...new Set(own.map(({ to }) => to.alert))].join(', ')}`
  const given = givenOptions(request)
  const options = given ?? optionsOf(only, knob)
  if (options === undefined)
    throw new ProofRefusedError(own.length > 1 ? several : `say with --to which value of ${knob.name} to try`)
  const { expr = only?.expect?.expr, direction = only?.expect?.direction } = request
  if (expr === undefined || direction === undefined)
    throw new ProofRefusedError(
      own.length > 1
        ? several
        : 'say with --measure and --direction which number should change, and which way is better',
    )
  const to = targetIn(knob, options, from)
  // A response is cut to the bounds, as in the loop. The value that a person names is not.
  if (given !== undefined) checkReached(knob, given, from, to)
  if (to === from) throw new ProofRefusedError(`${knob.name} stands at ${from} already`)
  return {
    knob,
    from,
    to,
    expr,
    direction,
    response: {
      to: { alert: PROOF_ALERT },
      action: knob.name,
      options: { to },
      priority: 'efficiency',
      guards: distinct(own.flatMap(({ guards = [] }) => guards)),
    },
    ...(only && { alert: only.to.alert }),
  }
}

function givenOptions({ to, by, factor }: ProveRequest): KnobOptions | undefined {
  const given = {
    ...(to !== undefined && { to }),
    ...(by !== undefined && { by }),
    ...(factor !== undefined && { factor }),
  }
  return Object.keys(given).length === 0 ? undefined : given
}

function optionsOf(response: Response | undefined, knob: Knob): KnobOptions | undefined {
  if (response === undefined) return undefined
  return (response.options as KnobOptions | undefined) ?? knob.actions?.[response.action]
}

function targetIn(knob: Knob, options: KnobOptions, from: number): number {
  try {
    return targetOf(knob.name, options, from, knob.bounds)
  } catch (error) {
    throw new ProofRefusedError(ownMessage(error) ?? `${knob.name} cannot be set so`)
  }
}

/** @throws ProofRefusedError where the knob would be set to another value than the one that was asked for */
function checkReached({ name, bounds }: Knob, { to, by, factor }: KnobOptions, from: number, reached: number): void {
  const { min, max, step = Infinity, grain = 0 } = bounds
  const wanted = to ?? (by === undefined ? from * factor! : from + by)
  if (wanted < min || wanted > max)
    throw new ProofRefusedError(`${name} takes values from ${min} to ${max}, and not ${wanted}`)
  if (Math.abs(wanted - from) > step)
    throw new ProofRefusedError(`${name} moves by ${step} at most: from ${from} to ${reached}, and not to ${wanted}`)
  // A share of the present value is rounded; a value itself is not.
  if (to !== undefined && to !== reached)
    throw new ProofRefusedError(`${name} takes multiples of ${grain}, such as ${reached}, and not ${wanted}`)
}

function distinct(guards: readonly ResponseGuard[]): ResponseGuard[] {
  return [...new Map(guards.map(guard => [JSON.stringify(guard), guard])).values()]
}
