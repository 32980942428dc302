import { describe, expect, it } from 'vitest'
import { ModelError } from '../src/errors.ts'
import type { ModelData } from '../src/model.ts'
import { decodeModel } from '../src/model.ts'
import { FEATURES, INPUTS } from '../src/situation.ts'
import weights from '../src/weights.json' with { type: 'json' }
import { forecaster, HORIZON, LIMIT } from './machine.ts'

const swapped = (names: string, one: string, other: string): string =>
  names
    .split(' ')
    .map(name => (name === one ? other : name === other ? one : name))
    .join(' ')

describe('weights', () => {
  it('name every feature and input once, in the order of the tables', () => {
    expect(weights.features.split(' ')).toEqual(FEATURES)
    expect(weights.inputs.split(' ')).toEqual(INPUTS)
    expect(new Set(FEATURES).size).toBe(FEATURES.length)
    expect(new Set(INPUTS).size).toBe(INPUTS.length)
    expect(weights.start).toHaveLength(INPUTS.length)
  })

  it('may be made without names of inputs, as those of 0.1 are', () => {
    const { inputs: _, ...old } = weights
    expect(forecaster({ model: old }).probability(LIMIT, HORIZON)).toBe(forecaster().probability(LIMIT, HORIZON))
  })

  it.each<[string, Partial<Record<keyof ModelData, unknown>>, string]>([
    [
      'whose features have another order',
      { features: swapped(weights.features, 'reach5', 'slope') },
      'its features are those of another release: number 14 is slope and not reach5',
    ],
    [
      'that know a feature more',
      { features: `${weights.features} moon` },
      'its features are those of another release: number 82 is moon and not the end',
    ],
    [
      'whose inputs have another order',
      { inputs: swapped(weights.inputs, 'tail', 'reach5') },
      'its inputs are those of another release: number 8 is reach5 and not tail',
    ],
    ['with too few for the start', { start: weights.start.slice(1) }, 'its start must be 28 finite numbers'],
    ['that are not numbers', { start: weights.start.map(() => Number.NaN) }, 'its start must be 28 finite numbers'],
    ['whose leaves are cut short', { leaves: weights.leaves.slice(0, 400) }, 'do not match'],
    ['whose depth is another', { depth: 5 }, 'do not match'],
    ['whose depth is nothing', { depth: 0 }, 'do not match'],
    ['that ask about no feature', { questions: weights.questions.replace('QQ', '//') }, 'a question has no feature'],
    ['without a unit', { leafUnit: Number.NaN }, 'its leafUnit must be a finite number'],
    ['without features', { features: undefined }, 'it is not the JSON that training writes'],
    ['whose leaves are a list', { leaves: [1, 2] }, 'it is not the JSON that training writes'],
    ['without a start', { start: 'all' }, 'it is not the JSON that training writes'],
  ])('are refused with a reason: %s', (_, broken, reason) => {
    const model = { ...weights, ...broken } as ModelData
    expect(() => decodeModel(model)).toThrow(ModelError)
    expect(() => forecaster({ model })).toThrow(reason)
  })
})
