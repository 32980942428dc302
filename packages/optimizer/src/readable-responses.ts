import { compile } from '@homeostat/promql'
import { ResponseExpressionError } from './errors.ts'
import { expressionsOf } from './response-expressions.ts'
import type { Response } from './response.ts'

/** Responses that can be carried out as they are written, and what is wrong with the others. */
export interface ReadableResponses {
  readonly responses: readonly Response[]
  readonly rejected: readonly ResponseExpressionError[]
}

/** Leaves out responses with an expression that cannot be read: without its guard, an action would run unguarded. */
export function readableResponses(given: readonly Response[]): ReadableResponses {
  const rejected: ResponseExpressionError[] = []
  const responses = given.filter(response => {
    const error = firstError(response)
    if (error) rejected.push(error)
    return error === undefined
  })
  return { responses, rejected }
}

function firstError(response: Response): ResponseExpressionError | undefined {
  for (const [where, expr] of expressionsOf(response)) {
    try {
      compile(expr)
    } catch (error) {
      return new ResponseExpressionError(response.to.alert, response.action, where, error)
    }
  }
  return undefined
}
