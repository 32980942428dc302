import { compile } from '@homeostat/promql'
import { ResponseExpressionError } from './errors.ts'
import { expressionsOf } from '../words/response-expressions.ts'
import type { Response } from '../words/response.ts'
import type { Steps } from '../time/sliced-work.ts'

/** Responses that can be carried out as they are written, and what is wrong with the others. */
export interface ReadableResponses {
  readonly responses: readonly Response[]
  readonly rejected: readonly ResponseExpressionError[]
}

/** Leaves out responses with an expression that cannot be read: without its guard, an action would run unguarded. */
export function* readableResponses(given: readonly Response[]): Steps<ReadableResponses> {
  const rejected: ResponseExpressionError[] = []
  const responses: Response[] = []
  // Many responses say the same of many alerts.
  const problems = new Map<string, unknown>()
  for (const response of given) {
    const error = firstError(response, problems)
    if (error) rejected.push(error)
    else responses.push(response)
    yield
  }
  return { responses, rejected }
}

/** @param problems - what is wrong with each expression that was read so far, `undefined` when nothing is */
function firstError(response: Response, problems: Map<string, unknown>): ResponseExpressionError | undefined {
  for (const [where, expr] of expressionsOf(response)) {
    if (!problems.has(expr)) problems.set(expr, problemOf(expr))
    const problem = problems.get(expr)
    if (problem !== undefined) return new ResponseExpressionError(response.to.alert, response.action, where, problem)
  }
  return undefined
}

function problemOf(expr: string): unknown {
  try {
    compile(expr)
    return undefined
  } catch (error) {
    return error
  }
}
