import { perSample, type FunctionDefinition } from './definition.ts'

/** Rounds half up to the nearest multiple, through the reciprocal so that 0.1 works as expected, as Prometheus does. */
function round(value: number, toNearest: number): number {
  const inverse = 1 / toNearest
  return Math.floor(value * inverse + 0.5) / inverse
}

/** Go's `math.Max`: unlike JavaScript, infinity is larger than NaN. */
function larger(a: number, b: number): number {
  return a === Infinity || b === Infinity ? Infinity : Math.max(a, b)
}

/** Go's `math.Min`: minus infinity is smaller than NaN. */
function smaller(a: number, b: number): number {
  return a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b)
}

function clamp(value: number, min: number, max: number): number {
  return larger(min, smaller(max, value))
}

const clampFunction: FunctionDefinition = {
  ...perSample('clamp', clamp, ['scalar', 'scalar']),
  plan(call) {
    const min = call.scalar(1)
    const max = call.scalar(2)
    const inner = perSample('clamp', clamp, ['scalar', 'scalar']).plan(call)
    if (inner.type !== 'instant vector') return inner
    return {
      type: 'instant vector',
      // An empty interval has no values to clamp to: the result is empty, not NaN.
      *evaluate(context) {
        const frame = yield* inner.evaluate(context)
        const [low, high] = [yield* min.evaluate(context), yield* max.evaluate(context)]
        return high < low ? frame.clear() : frame
      },
    }
  },
}

export const mathFunctions: readonly FunctionDefinition[] = [
  perSample('abs', Math.abs),
  perSample('ceil', Math.ceil),
  perSample('floor', Math.floor),
  perSample('exp', Math.exp),
  perSample('sqrt', Math.sqrt),
  perSample('ln', Math.log),
  perSample('log2', Math.log2),
  perSample('log10', Math.log10),
  perSample('sgn', value => (value < 0 ? -1 : value > 0 ? 1 : value)),
  perSample('round', round, ['scalar'], { count: 1, fallback: 1 }),
  perSample('clamp_min', larger, ['scalar']),
  perSample('clamp_max', smaller, ['scalar']),
  clampFunction,
]
