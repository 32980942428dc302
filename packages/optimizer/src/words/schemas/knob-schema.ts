import type { OptionSchema } from '@homeostat/signals/options'
import {
  callback,
  listOf,
  number,
  oneOf,
  recordOf,
  text,
  whole,
  wholeNumber,
  withCheck,
} from '@homeostat/signals/options'
import type { Bounds, Knob, KnobOptions } from '../knob.ts'
import { MAX_KNOB_NAME_CHARS } from '../knob.ts'

const finite = (description: string): OptionSchema<number> =>
  number({ least: -Number.MAX_VALUE, most: Number.MAX_VALUE, expected: 'a finite number', description })

const positive = (description: string): OptionSchema<number> =>
  number({ least: Number.MIN_VALUE, most: Number.MAX_VALUE, expected: 'a positive number', description })

const bounds: OptionSchema<Bounds<number>> = withCheck(
  whole<Bounds<number>>(
    { min: finite('the least value'), max: finite('the greatest value') },
    { step: positive('the largest change of one step'), grain: positive('values are multiples of it') },
    { description: 'the values it may take', expected: 'an object with min and max', isOpen: true },
  ),
  ({ min, max }) => (min <= max ? undefined : 'has a min above its max'),
)

/** The schema of what a response asks of a knob. */
export const knobOptionsSchema: OptionSchema<KnobOptions> = withCheck(
  whole<KnobOptions>(
    {},
    { to: finite('the value itself'), by: finite('added to the value'), factor: finite('multiplied with the value') },
    { description: 'what to set', expected: 'an object with one of to, by and factor' },
  ),
  ({ to, by, factor }) =>
    [to, by, factor].filter(value => value !== undefined).length === 1
      ? undefined
      : 'must have one of to, by and factor',
)

const resources = (description: string): OptionSchema<readonly string[]> =>
  listOf(text({ description: 'a resource' }), { description, expected: "a list of resources, e.g. ['queue']" })

/** The schema of a knob. It may have other fields; one that is not valid is left out, and the others are used. */
export const knobSchema: OptionSchema<Knob> = whole<Knob>(
  {
    // A longer name would be refused where the way back is read, so that nobody could revert the change.
    name: withCheck(text({ description: 'dotted, e.g. `crawler.concurrency`' }), name =>
      name.length <= MAX_KNOB_NAME_CHARS ? undefined : `must have at most ${MAX_KNOB_NAME_CHARS} characters`,
    ),
    scope: oneOf(['process', 'shared'], { description: '`shared` when other processes use the same value' }),
    bounds,
    read: callback<Knob['read']>({ description: 'reads it' }),
    compareAndSet: callback<Knob['compareAndSet']>({ description: 'sets it' }),
  },
  {
    keptIn: oneOf(['memory', 'outside'], { default: 'outside', description: 'where its value lives' }),
    touches: resources('what it works on'),
    raises: resources('the resources that setting it may use more of'),
    lowers: resources('the resources that setting it is meant to relieve'),
    actions: recordOf(knobOptionsSchema, { description: 'actions of their own that set it' }),
    risk: wholeNumber({
      least: 0,
      most: 3,
      default: 1,
      description: '3 may do damage when it is wrong',
    }) as OptionSchema<NonNullable<Knob['risk']>>,
    unready: callback<NonNullable<Knob['unready']>>({ description: 'why setting it would do nothing now' }),
    divide: callback<NonNullable<Knob['divide']>>({ description: 'gives half of the units an earlier value' }),
  },
  { description: 'a knob', expected: 'a knob: name, scope, bounds, read(), compareAndSet()', isOpen: true },
)
