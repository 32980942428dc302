import type { Alpha, JudgeInput } from '@homeostat/judge'
import type { Response } from '../words/response.ts'
import type { Generation } from './generation.ts'

/** The episodes of a generation and what its response expects, as the judge takes them. */
export function judgeInput({ expect }: Response, { acts, controls }: Generation, alpha: Alpha): JudgeInput {
  const { direction = 'down', worth, harm } = expect ?? {}
  return {
    acts,
    controls,
    direction,
    ...(worth !== undefined && { worth }),
    ...(harm !== undefined && { harm }),
    alpha,
  }
}
