import { LEAST_PAIRS, MOST_PAIRS } from '@homeostat/optimizer/judge'
import { ProofRefusedError } from './knob-terms.ts'
import type { ProveRequest, StartedPlan } from './prove-question.ts'

const DAY_MS = 86_400_000
const LONGEST_TEXT = 4000

/** Another program may ask as well: what it asks for is checked as any other input. */
export function checkedRequest(request: ProveRequest): ProveRequest {
  const { knob, to, by, factor, alert, expr, direction } = Object(request) as ProveRequest
  checkText('knob', knob)
  for (const [name, value] of Object.entries({ alert, expr })) if (value !== undefined) checkText(name, value)
  const values = Object.entries({ to, by, factor }).filter(([, value]) => value !== undefined)
  if (values.length > 1) refuse('at most one of to, by and factor can be given')
  for (const [name, value] of values) checkNumber(name, value, -Number.MAX_VALUE, Number.MAX_VALUE)
  if (direction !== undefined && direction !== 'up' && direction !== 'down') refuse("direction must be 'up' or 'down'")
  return request
}

/** @throws ProofRefusedError */
export function checkedPlan(plan: StartedPlan, intervalMs: number): StartedPlan {
  const { pairs, blockMs, carryOverMs, isCarryOverDeclared, seed, worth, harm } = Object(plan) as StartedPlan
  checkNumber('pairs', pairs, LEAST_PAIRS, MOST_PAIRS)
  checkNumber('blockMs', blockMs, 2 * intervalMs, DAY_MS)
  checkNumber('carryOverMs', carryOverMs, 0, blockMs - intervalMs)
  checkNumber('seed', seed, 0, 0xffff_ffff)
  for (const [name, share] of Object.entries({ worth, harm })) checkNumber(name, share, 1e-6, 1 - 1e-6)
  if (typeof isCarryOverDeclared !== 'boolean') refuse('isCarryOverDeclared must be true or false')
  if (!Number.isInteger(pairs) || !Number.isInteger(seed)) refuse('pairs and seed must be whole numbers')
  return { pairs, blockMs, carryOverMs, isCarryOverDeclared, seed, worth, harm }
}

function checkText(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '' || value.length > LONGEST_TEXT)
    refuse(`${name} must be a text of at most ${LONGEST_TEXT} characters`)
}

function checkNumber(name: string, value: unknown, least: number, most: number): void {
  if (typeof value !== 'number' || !(value >= least && value <= most))
    refuse(`${name} must be a number from ${least} to ${most}`)
}

function refuse(why: string): never {
  throw new ProofRefusedError(why)
}
