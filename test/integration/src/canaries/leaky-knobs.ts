import type { Knob } from 'homeostat'
import type { Canaries } from './canaries.ts'
import type { Thrown } from './thrown-values.ts'

/** The value of each knob before a proof, and the value that the proof sets. */
export const STANDS = 8
export const TRIED = 4

/** A knob of an application that keeps a secret beside its value, or in its place. */
export interface LeakyKnob extends Knob {
  /** The value itself. */
  readonly value: () => number
}

/** Knobs by what is wrong with them. */
export function leakyKnobs(canary: Canaries, { throwNext }: Thrown): readonly LeakyKnob[] {
  const secret = (place: string): never => canary(place) as never
  return [
    leakyKnob('shop.works', canary),
    leakyKnob('shop.unreadable', canary, { read: throwNext }),
    leakyKnob('shop.unreadable_once_set', canary, { read: value => (value === STANDS ? value : throwNext()) }),
    leakyKnob('shop.worded', canary, { read: () => secret('reading that is a text') }),
    leakyKnob('shop.worded_once_set', canary, {
      read: value => (value === STANDS ? value : secret('later reading that is a text')),
    }),
    leakyKnob('shop.unsettable', canary, { set: throwNext }),
    leakyKnob('shop.irreversible', canary, { set: next => (next === STANDS ? throwNext() : true) }),
    leakyKnob('shop.evasive', canary, { set: () => canary('answer of a knob') }),
    { ...leakyKnob('shop.shared', canary), scope: 'shared', keptIn: undefined } as never,
  ]
}

interface Ways {
  readonly read?: (value: number) => number
  /** The answer of the knob; the value is set if that is true. */
  readonly set?: (next: number) => unknown
}

function leakyKnob(name: string, canary: Canaries, { read = value => value, set = () => true }: Ways = {}): LeakyKnob {
  let value = STANDS
  const knob: LeakyKnob = {
    name,
    scope: 'process',
    keptIn: 'outside',
    bounds: { min: 1, max: 16, grain: 1 },
    value: () => value,
    read: () => read(value),
    compareAndSet: (expected, next) => {
      if (value !== expected) return false
      const answer = set(next)
      if (answer === true) value = next
      return answer as boolean
    },
  }
  return Object.assign(knob, { secret: canary('extra property of a knob') })
}
