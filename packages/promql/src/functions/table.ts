import { conversionFunctions } from './conversion.ts'
import { dateFunctions } from './date.ts'
import type { FunctionDefinition } from './definition.ts'
import { histogramFunctions } from './histogram-quantile.ts'
import { labelFunctions } from './label.ts'
import { mathFunctions } from './math.ts'
import { overTimeFunctions } from './over-time.ts'
import { queryFunctions } from './query-bounds.ts'
import { rateFunctions } from './rate.ts'
import { regressionFunctions } from './regression.ts'
import { sortFunctions } from './sort.ts'
import { trigonometricFunctions } from './trigonometry.ts'

/** Every function this engine evaluates, by name. A function is added by adding it to one of the lists. */
export const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map(
  [
    rateFunctions,
    overTimeFunctions,
    regressionFunctions,
    histogramFunctions,
    mathFunctions,
    trigonometricFunctions,
    dateFunctions,
    labelFunctions,
    sortFunctions,
    conversionFunctions,
    queryFunctions,
  ].flatMap(functions => functions.map(definition => [definition.name, definition])),
)
