import { base64, bytesOf } from './learning/base64.ts'
import type { Forest } from './learning/forest.ts'
import { FEATURES, INPUTS } from './situation.ts'
import { ModelError } from './errors.ts'

/** Pretrained weights as data: JSON, with arrays in base64 (little-endian). Made by `npm run train`. */
export interface ModelData {
  /** The questions' vocabulary, with blanks between; a model fits the release whose features have these names. */
  readonly features: string
  /** Names of the regression's inputs, in the order of `start`. Models of 0.1 have none; then only their number is compared. */
  readonly inputs?: string
  /** Weights that the online regression of a new series begins with. */
  readonly start: readonly number[]
  readonly depth: number
  /** Feature of every question, one byte each. */
  readonly questions: string
  /** What every question compares with, as float32. */
  readonly thresholds: string
  /** Log odds of every leaf as int16, in `leafUnit`. */
  readonly leaves: string
  readonly leafUnit: number
}

export interface Model {
  readonly start: readonly number[]
  readonly forest: Forest
}

/** @throws {ModelError} when the model was made for other features, or is damaged */
export function decodeModel(data: ModelData): Model {
  checkKinds(data)
  checkNames('features', data.features, FEATURES)
  if (data.inputs !== undefined) checkNames('inputs', data.inputs, INPUTS)
  const { start, depth, leafUnit } = data
  if (start.length !== INPUTS.length || !start.every(weight => Number.isFinite(weight)))
    throw new ModelError(`its start must be ${INPUTS.length} finite numbers, one per input`)
  const leaves = new Int16Array(bytesOf(data.leaves))
  const forest = {
    depth,
    features: new Uint8Array(bytesOf(data.questions)),
    thresholds: new Float32Array(bytesOf(data.thresholds)),
    leaves: Float32Array.from(leaves, leaf => leaf * leafUnit),
  }
  checkForest(forest)
  return { start, forest }
}

function checkKinds({ features, inputs = '', start, questions, thresholds, leaves }: ModelData): void {
  const texts: readonly unknown[] = [features, inputs, questions, thresholds, leaves]
  if (!Array.isArray(start) || texts.some(text => typeof text !== 'string'))
    throw new ModelError('it is not the JSON that training writes')
}

/** Numbers are stored by place, so the same names must be in the same places. */
function checkNames(which: string, names: string, expected: readonly string[]): void {
  const found = names.split(' ')
  const count = Math.max(found.length, expected.length)
  for (let i = 0; i < count; i++) {
    if (found[i] === expected[i]) continue
    const difference = `number ${i + 1} is ${found[i] ?? 'missing'} and not ${expected[i] ?? 'the end'}`
    throw new ModelError(`its ${which} are those of another release: ${difference}; train it again with this one`)
  }
}

function checkForest({ depth, features, thresholds, leaves }: Forest): void {
  const trees = features.length / depth
  const whole = Number.isInteger(depth) && depth >= 1 && Number.isInteger(trees)
  if (!whole || thresholds.length !== features.length || leaves.length !== trees * 2 ** depth)
    throw new ModelError('its counts of questions, thresholds and leaves do not match')
  if (features.some(feature => feature >= FEATURES.length)) throw new ModelError('a question has no feature')
  if (!leaves.every(leaf => Number.isFinite(leaf))) throw new ModelError('its leafUnit must be a finite number')
}

export function encodeModel({ start, forest }: Model): ModelData {
  const largest = forest.leaves.reduce((most, leaf) => Math.max(most, Math.abs(leaf)), 1e-9)
  const leafUnit = largest / 32_767
  return {
    features: FEATURES.join(' '),
    inputs: INPUTS.join(' '),
    start,
    depth: forest.depth,
    questions: base64(forest.features),
    thresholds: base64(forest.thresholds),
    leaves: base64(Int16Array.from(forest.leaves, leaf => Math.round(leaf / leafUnit))),
    leafUnit,
  }
}
