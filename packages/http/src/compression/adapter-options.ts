import type { OptionSchema } from '@homeostat/signals/options'
import {
  anything,
  callback,
  fieldOf,
  group,
  isObject,
  keysOf,
  listOf,
  readOptions,
  shownValue,
  text,
  warnOfOptions,
  withCheck,
} from '@homeostat/signals/options'

/** Smaller bodies fit into one packet, and are sent as they are. In bytes. */
export const DEFAULT_THRESHOLD = 1024
const LARGEST_THRESHOLD = 2 ** 40
const MOST_OTHERS = 1000
const UNITS: Readonly<Record<string, number>> = { b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30 }

/** Options of an adapter that Homeostat itself reads. Functions are checked where they are asked. */
interface AdapterOptions {
  threshold?: number | string
  exclude?: (...given: never[]) => unknown
  route?: (...given: never[]) => unknown
  filter?: (...given: never[]) => unknown
  encodings?: readonly string[]
}

const schema: Record<keyof AdapterOptions, OptionSchema> = {
  threshold: withCheck(anything<number | string>({ description: '', default: DEFAULT_THRESHOLD }), value =>
    bytesOf(value) === undefined
      ? `is ${shownValue(value)}, but must be a number of bytes or a size such as 2kb`
      : undefined,
  ),
  exclude: callback({ description: '', whenWrong: 'nothing is compressed' }),
  filter: callback({ description: '', whenWrong: 'nothing is compressed' }),
  route: callback({ description: '', whenWrong: 'the routes that are known otherwise are used' }),
  encodings: listOf(text({ description: '' }), { description: '', defaultWords: 'what Node has' }),
}

/** The options of an adapter as they may be used. */
export interface ReadAdapterOptions {
  /** In bytes. */
  readonly threshold: number
  readonly exclude: ((...given: never[]) => unknown) | undefined
  readonly route: ((...given: never[]) => unknown) | undefined
  readonly filter: ((...given: never[]) => unknown) | undefined
  readonly encodings: readonly string[] | undefined
  /** Whether something that decides what may be compressed is not valid: then nothing is. */
  readonly isUnclear: boolean
  /** Options of the library, as they were given. */
  readonly others: Readonly<Record<string, unknown>>
}

/**
 * Reads the options of an adapter; each mistake is one warning.
 *
 * @param of - names the adapter, e.g. `compressionForNode()`
 * @param names - the options that Homeostat itself reads
 * @param hasOthers - whether a library takes further ones
 */
export function adapterOptions(
  of: string,
  given: unknown,
  names: readonly (keyof AdapterOptions)[],
  hasOthers: boolean,
): ReadAdapterOptions {
  const entries = Object.fromEntries(names.map(name => [name, schema[name]]))
  const isSplit = hasOthers && isObject(given)
  const own = isSplit ? Object.fromEntries(names.map(name => [name, fieldOf(given, name)])) : given
  const read = readOptions(group(entries as never, { description: '', whenWrong: 'no option is used' }), own, {
    path: of,
  })
  warnOfOptions(read.problems)
  const { threshold = DEFAULT_THRESHOLD, exclude, route, filter, encodings } = read.options as AdapterOptions
  const isWrong = (name: 'exclude' | 'filter'): boolean =>
    names.includes(name) && fieldOf(own, name) !== undefined && fieldOf(read.options, name) === undefined
  const others = isSplit ? (keysOf(given, MOST_OTHERS) ?? []).filter(name => !names.includes(name as never)) : []
  return {
    threshold: bytesOf(threshold) ?? DEFAULT_THRESHOLD,
    exclude,
    route,
    filter,
    encodings,
    isUnclear: isWrong('exclude') || isWrong('filter'),
    others: Object.fromEntries(others.map(name => [name, fieldOf(given, name)])),
  }
}

/** A number of bytes, or a size such as `2kb`; undefined for anything else. */
function bytesOf(value: unknown): number | undefined {
  const [, digits = '', unit = 'b'] =
    typeof value === 'string' ? (/^(\d+(?:\.\d+)?) ?([kmg]?b)?$/i.exec(value) ?? []) : []
  const bytes =
    typeof value === 'string' ? (digits === '' ? NaN : Math.floor(Number(digits) * UNITS[unit.toLowerCase()]!)) : value
  return typeof bytes === 'number' && bytes >= 0 && bytes <= LARGEST_THRESHOLD ? bytes : undefined
}
