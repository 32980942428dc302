import { conversionFunctions } from './conversion.ts'
import type { FunctionDefinition } from './definition.ts'
import { histogramFunctions } from './histogram-quantile.ts'
import { mathFunctions } from './math.ts'
import { overTimeFunctions } from './over-time.ts'
import { rateFunctions } from './rate.ts'

/** Every function this engine evaluates, by name. A function is added by adding it to one of the lists. */
export const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map(
  [...rateFunctions, ...overTimeFunctions, ...histogramFunctions, ...mathFunctions, ...conversionFunctions].map(
    definition => [definition.name, definition],
  ),
)
