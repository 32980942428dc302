import type { OptionSchema } from '@homeostat/signals/options'
import {
  exactly,
  either,
  flag,
  listOf,
  LONGEST_MS,
  milliseconds,
  number,
  oneOf,
  plainData,
  recordOf,
  text,
  whole,
  wholeNumber,
  withCheck,
} from '@homeostat/signals/options'
import { modes } from '../mode.ts'
import type { Design, Expectation, Guard, Requirement, Response } from '../response.ts'
import { DEFAULT_COOLDOWN_MS } from '../response.ts'
import type { Compiler } from './promql-text.ts'
import { PLAIN_COMPILER, promqlOfNumbers } from './promql-text.ts'

/** Longest run of an action: an hour. */
export const LONGEST_RUN_MS = 3_600_000

const direction = oneOf(['up', 'down'], { description: 'which way' })

const expectation = (compiler: Compiler): OptionSchema<Expectation> =>
  whole<Expectation>(
    { expr: promqlOfNumbers(compiler, { description: 'the number that should change' }), direction },
    {
      worth: number({
        least: 0.001,
        most: 0.99,
        default: 0.15,
        description: 'the smallest improvement worth having, as a share of the value before',
      }),
      harm: number({
        least: 0.001,
        most: 0.99,
        default: 0.05,
        description: 'the smallest worsening that counts as harm, as a share of the value before',
      }),
      baselineMs: milliseconds({ default: 120_000, description: 'how far back the values before are taken' }),
      settleMs: milliseconds({ least: 0, default: 60_000, description: 'how long the effect takes to show' }),
      windowMs: milliseconds({ default: 120_000, description: 'how long it is watched after that' }),
    },
    { description: 'what counts as having helped', expected: 'an object with expr and direction' },
  )

const guard = (compiler: Compiler): OptionSchema<Guard> =>
  whole<Guard>(
    {
      expr: promqlOfNumbers(compiler, { description: 'the number that must not get worse' }),
      notWorseThan: number({ least: 0, most: 1e9, description: 'the largest tolerated deterioration' }),
    },
    {
      direction,
      kind: oneOf(['level', 'ratio'], { defaultWords: '`ratio` with a denominator', description: 'what it compares' }),
      denominator: promqlOfNumbers(compiler, { description: 'of a ratio: the number of its trials a second' }),
      floor: number({ least: 0, most: 1e15, description: 'values below it count as it' }),
    },
    { description: 'what must not get worse', expected: 'an object with expr and notWorseThan' },
  )

const requirement = (compiler: Compiler): OptionSchema<Requirement> =>
  whole<Requirement>(
    {
      expr: promqlOfNumbers(compiler, { description: 'what must hold' }),
      otherwise: text({ description: 'the reason where it does not hold' }),
    },
    {},
    { description: 'what must hold for the action to run', expected: 'an object with expr and otherwise' },
  )

const blocks = (defaultBlocks: number): OptionSchema<number> =>
  wholeNumber({ least: 2, most: 1000, default: defaultBlocks, description: 'how many blocks' })

const blockMs = milliseconds({ default: 60_000, description: 'length of a block' })

/** The schema of a design. */
export const designSchema: OptionSchema<Design> = either(
  [
    withCheck(
      whole<Extract<Design, { kind: 'switchback' }>>(
        { kind: exactly('switchback', { description: 'on and off in turns' }) },
        {
          blocks: blocks(16),
          blockMs,
          carryOverMs: milliseconds({ least: 0, default: 0, description: 'how long the effect outlasts the change' }),
        },
        { description: 'a switchback' },
      ),
      value => ((value.blocks ?? 2) % 2 === 0 ? undefined : 'needs an even number of blocks'),
    ),
    whole<Extract<Design, { kind: 'split' }>>(
      { kind: exactly('split', { description: 'half of the units are left alone' }) },
      { blocks: blocks(10), blockMs },
      { description: 'a split' },
    ),
  ],
  { description: 'how the effect is proven', expected: "an object with kind: 'switchback' or 'split'" },
)

const response = (parts: Omit<ResponseSchemas, 'response'>, compiler: Compiler): OptionSchema<Response> =>
  whole<Response>(
    {
      to: whole<Response['to']>(
        { alert: text({ description: "the alert's name" }) },
        {
          labels: recordOf(text({ description: 'the value of a label', isSecret: true }), {
            description: 'labels that must be equal',
          }),
        },
        { description: 'which alerts it answers', expected: "an object such as { alert: 'SlowQueries' }" },
      ),
      action: text({ description: 'name of the action or knob' }),
      priority: oneOf(['safety', 'slo', 'efficiency'], { description: 'the order of responses that compete' }),
    },
    {
      options: plainData({ description: 'handed to the action' }),
      cooldownMs: milliseconds({
        least: 0,
        most: 7 * LONGEST_MS,
        default: DEFAULT_COOLDOWN_MS,
        description: 'the rest after a trial',
      }),
      timeoutMs: milliseconds({ most: LONGEST_RUN_MS, default: 10_000, description: 'the run is aborted after it' }),
      expect: parts.expectation,
      guards: listOf(parts.guard, { description: 'what must not get worse while a trial is open' }),
      maxMode: oneOf(modes, { defaultWords: 'the mode of its action', description: 'the response goes no further' }),
      requires: listOf(requirement(compiler), { description: 'what must hold for the action to run' }),
      preventive: flag({ default: false, description: 'whether the alert is a forecast' }),
      clear: promqlOfNumbers(compiler, { description: 'holds when the alert is over' }),
      withhold: flag({ default: true, description: 'whether runs may be withheld as controls' }),
      design: designSchema,
    },
    { description: 'a response', expected: 'a response: to, action, priority' },
  )

/** The schemas of a response and of its parts. */
export interface ResponseSchemas {
  readonly response: OptionSchema<Response>
  readonly expectation: OptionSchema<Expectation>
  readonly guard: OptionSchema<Guard>
}

const schemas = new WeakMap<Compiler, ResponseSchemas>()

/** Schemas that have their expressions compiled by somebody who needs them again. */
export function responseSchemasWith(compiler: Compiler): ResponseSchemas {
  let known = schemas.get(compiler)
  if (known === undefined) {
    const parts = { expectation: expectation(compiler), guard: guard(compiler) }
    known = { ...parts, response: response(parts, compiler) }
    schemas.set(compiler, known)
  }
  return known
}

/** The schema of a response, in code as in files. A response that is not valid is left out as a whole. */
export const responseSchema: OptionSchema<Response> = responseSchemasWith(PLAIN_COMPILER).response
