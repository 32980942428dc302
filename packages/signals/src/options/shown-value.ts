import { counted } from '../counted.ts'
import { types } from 'node:util'
import { isBuiltIn } from './untrusted-object.ts'

/** Texts up to this length may be shown if they are numbers or close to an expected word. */
const LONGEST_SHOWN = 24

/**
 * Describes a value that came from outside, for a warning. It never throws and calls no code of the value. It shows a text only
 * if it is a number or a known word: any other text may be a password in the wrong place.
 *
 * @param isKnown - whether a text may be shown
 */
export function shownValue(value: unknown, isKnown: (text: string) => boolean = () => false): string {
  switch (typeof value) {
    case 'string':
      return shownText(value, isKnown)
    case 'bigint':
      return `the bigint ${value <= 0xffffffffffffn && value >= -0xffffffffffffn ? `${value}n` : ''}`.trim()
    case 'symbol':
      return 'a symbol'
    case 'function':
      return 'a function'
    case 'object':
      return value === null ? 'null' : shownObject(value)
    case 'boolean':
    case 'number':
    case 'undefined':
      return Object.is(value, -0) ? '-0' : String(value)
  }
}

/** A name that came from outside, which may be that of a route; only its length if it does not look like a name. */
export function shownName(name: string): string {
  const isName = /^[\w.$-]{1,40}$/.test(name) || /^(?:[a-z]{1,10} )?\/[\w/:.*{}?()-]{0,60}$/i.test(name)
  return isName ? name : `a name of ${counted(name.length, 'character')}`
}

function shownText(text: string, isKnown: (text: string) => boolean): string {
  if (text === '') return 'an empty text'
  const isShort = text.length <= LONGEST_SHOWN
  if (isShort && isNumeric(text)) return `the text "${text}"`
  if (isShort && isKnown(text)) return JSON.stringify(text)
  return `a text of ${counted(text.length, 'character')}`
}

function isNumeric(text: string): boolean {
  return /^[+-]?(?:\d{1,9}(?:\.\d{1,6})?(?:[eE][+-]?\d{1,3})?|NaN|Infinity)(?:ns|us|µs|ms|s|m|h|d|w|y|%|[KMG]i?B?)?$/.test(
    text,
  )
}

function shownObject(value: object): string {
  try {
    if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`
  } catch {
    // A revoked proxy.
    return 'an object that cannot be read'
  }
  if (types.isPromise(value)) return 'a promise that was not awaited'
  return isBuiltIn(value) ? 'an object of the language, e.g. a Map or a Date' : 'an object'
}
