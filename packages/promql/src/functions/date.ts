import { Frame } from '../plans/frame.ts'
import { EMPTY_LABELS } from '../words/labels.ts'
import { wallSeconds } from '../plans/plan.ts'
import { LABELS_OF_STEP } from '../words/steps.ts'
import type { FunctionDefinition } from './definition.ts'

const DAY_MS = 86_400_000

/** A function of a time in seconds since the epoch, in UTC; without an argument, of the evaluation time. */
function ofDate(name: string, read: (date: Date) => number): FunctionDefinition {
  return {
    name,
    args: ['instant vector'],
    optional: 1,
    returns: 'instant vector',
    plan(call) {
      const input = call.arity > 0 ? call.vector(0) : undefined
      const frame = new Frame()
      const date = new Date(0)
      return {
        type: 'instant vector',
        *evaluate(context) {
          const vector = input && (yield* input.evaluate(context))
          frame.clear()
          if (vector === undefined) {
            date.setTime(Math.floor(wallSeconds(context, context.timeMs)) * 1000)
            frame.push(EMPTY_LABELS, read(date))
            return frame
          }
          for (let i = 0; i < vector.length; i++) {
            const labels = vector.labels[i]
            date.setTime(Math.trunc(vector.values[i] ?? NaN) * 1000)
            if (labels !== undefined) frame.push(labels.losingName, read(date))
            if (i % LABELS_OF_STEP === LABELS_OF_STEP - 1) yield
          }
          return frame
        },
      }
    },
  }
}

function startOfYear(date: Date): number {
  return Date.UTC(date.getUTCFullYear(), 0, 1)
}

/** https://prometheus.io/docs/prometheus/latest/querying/functions/#day_of_month and its neighbours */
export const dateFunctions: readonly FunctionDefinition[] = [
  ofDate('days_in_month', date => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()),
  ofDate('day_of_month', date => date.getUTCDate()),
  ofDate('day_of_week', date => date.getUTCDay()),
  ofDate('day_of_year', date => Math.floor((date.getTime() - startOfYear(date)) / DAY_MS) + 1),
  ofDate('hour', date => date.getUTCHours()),
  ofDate('minute', date => date.getUTCMinutes()),
  ofDate('month', date => date.getUTCMonth() + 1),
  ofDate('year', date => date.getUTCFullYear()),
]
