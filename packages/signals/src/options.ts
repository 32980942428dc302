export { closestName, closestNameInSteps, didYouMean, didYouMeanInSteps, resemblesOne } from './options/closest-name.ts'
export { mergeOptions, readEnvironment, textIn, type Environment } from './options/environment-options.ts'
export { jsonSchema, type JsonSchema } from './options/json-schema.ts'
export { isScalar, listOptions, variableOf, type ListedOption } from './options/option-list.ts'
export { childPath, type OptionProblem } from './options/option-problem.ts'
export {
  alternativesOf,
  anyText,
  anything,
  callback,
  detailsOf,
  either,
  entriesOf,
  exactly,
  extended,
  filePath,
  flag,
  group,
  listOf,
  LONGEST_MS,
  milliseconds,
  MOST_ITEMS,
  number,
  objectWith,
  oneOf,
  plainData,
  recordOf,
  text,
  whole,
  wholeNumber,
  withCheck,
  type OptionDetails,
  type OptionEntries,
  type OptionNotes,
  type OptionSchema,
} from './options/option-schema.ts'
export { optionTable } from './options/option-table.ts'
export { warnAtStart, warnLater, warnOfOptions, type Warn } from './options/option-warning.ts'
export {
  checkedOptions,
  readField,
  readInSteps,
  readOptions,
  readWhole,
  type ReadingContext,
  type ReadOptions,
  type ReadValue,
} from './options/read-options.ts'
export { shownName, shownValue } from './options/shown-value.ts'
export { fieldOf, hasMoreThan, isObject, itemsOf, keysOf } from './options/untrusted-object.ts'
export { signalOptions } from './instrumentation/signal-options.ts'
