import { placeOf } from '../words/annotation.ts'
import { Frame } from '../plans/frame.ts'
import type { Labels } from '../words/labels.ts'
import { underscoreLabel } from '../words/names.ts'
import { sortInSteps } from '../words/sort-in-steps.ts'
import type { CallSite, FunctionDefinition } from './definition.ts'

/** Compares two samples of a frame by their places. */
type Order = (frame: Frame, a: number, b: number) => number

/** In the words of https://github.com/prometheus/prometheus/pull/18498 */
const IN_RANGE_QUERY = 'sort is ineffective for range queries since results are always ordered by labels'

function sorted(
  name: string,
  orderOf: (call: CallSite) => Order,
  rest: Partial<FunctionDefinition> = {},
): FunctionDefinition {
  return {
    name,
    args: ['instant vector'],
    returns: 'instant vector',
    ...rest,
    plan(call) {
      const input = call.vector(0)
      const order = orderOf(call)
      const frame = new Frame()
      const places: number[] = []
      const place = placeOf(call.source, call.expr)
      return {
        type: 'instant vector',
        *evaluate(context) {
          if (context.startMs !== context.endMs) context.annotations.add('warning', IN_RANGE_QUERY + place)
          const vector = yield* input.evaluate(context)
          places.length = 0
          for (let i = 0; i < vector.length; i++) places.push(i)
          yield* sortInSteps(places, (a, b) => order(vector, a, b))
          frame.clear()
          for (const place of places) {
            const labels = vector.labels[place]
            if (labels !== undefined) frame.push(labels, vector.values[place] ?? NaN)
          }
          return frame
        },
      }
    },
  }
}

/** NaN comes last in both directions. */
function byValue(sign: 1 | -1): Order {
  return (frame, a, b) => {
    const left = frame.values[a] ?? NaN
    const right = frame.values[b] ?? NaN
    if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : 1
    return Number.isNaN(right) ? -1 : sign * (left - right)
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Runs of digits compare as numbers: `4m5` before `4m600`. */
function compareNatural(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? []
  const right = b.match(/\d+|\D+/g) ?? []
  for (const [i, part] of left.entries()) {
    const other = right[i]
    if (other === undefined) return 1
    const numbers = /^\d/.test(part) && /^\d/.test(other)
    const difference = numbers ? Number(part) - Number(other) : compareText(part, other)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

function compareLabels(a: Labels, b: Labels): number {
  for (const [i, name] of a.names.entries()) {
    const other = b.names[i]
    if (other === undefined) return 1
    const difference = compareText(name, other) || compareText(a.values[i] ?? '', b.values[i] ?? '')
    if (difference !== 0) return difference
  }
  return a.names.length - b.names.length
}

/** By the named labels in natural order, then by all labels. */
function byLabels(call: CallSite, sign: 1 | -1): Order {
  const names = Array.from({ length: call.arity - 1 }, (_, i) => underscoreLabel(call.string(i + 1)))
  return (frame, a, b) => {
    const left = frame.labels[a]
    const right = frame.labels[b]
    if (left === undefined || right === undefined) return 0
    for (const name of names) {
      const difference = compareNatural(left.get(name), right.get(name))
      if (difference !== 0) return sign * difference
    }
    return sign * compareLabels(left, right)
  }
}

const BY_LABEL: Partial<FunctionDefinition> = {
  args: ['instant vector', 'string'],
  optional: 1,
  variadic: true,
  experimental: true,
}

/** https://prometheus.io/docs/prometheus/latest/querying/functions/#sort */
export const sortFunctions: readonly FunctionDefinition[] = [
  sorted('sort', () => byValue(1)),
  sorted('sort_desc', () => byValue(-1)),
  sorted('sort_by_label', call => byLabels(call, 1), BY_LABEL),
  sorted('sort_by_label_desc', call => byLabels(call, -1), BY_LABEL),
]
