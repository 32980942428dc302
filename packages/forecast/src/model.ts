import { base64, bytesOf } from './base64.ts'
import type { Forest } from './forest.ts'
import { FEATURES } from './features.ts'
import { ModelError } from './errors.ts'

/** Pretrained weights as data: JSON, with arrays in base64 (little-endian). Made by `npm run train`. */
export interface ModelData {
  /** The questions' vocabulary, with blanks between; a model fits the release whose features have these names. */
  readonly features: string
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

const VOCABULARY = FEATURES.join(' ')

/** @throws {ModelError} when the model was made for other features */
export function decodeModel(data: ModelData): Model {
  if (data.features !== VOCABULARY) {
    throw new ModelError('its features are those of another release; train it again with this one')
  }
  const leaves = new Int16Array(bytesOf(data.leaves))
  return {
    start: data.start,
    forest: {
      depth: data.depth,
      features: new Uint8Array(bytesOf(data.questions)),
      thresholds: new Float32Array(bytesOf(data.thresholds)),
      leaves: Float32Array.from(leaves, leaf => leaf * data.leafUnit),
    },
  }
}

export function encodeModel({ start, forest }: Model): ModelData {
  const largest = forest.leaves.reduce((most, leaf) => Math.max(most, Math.abs(leaf)), 1e-9)
  const leafUnit = largest / 32_767
  return {
    features: VOCABULARY,
    start,
    depth: forest.depth,
    questions: base64(forest.features),
    thresholds: base64(forest.thresholds),
    leaves: base64(Int16Array.from(forest.leaves, leaf => Math.round(leaf / leafUnit))),
    leafUnit,
  }
}
