import { readOptions } from '@homeostat/signals/options'
import {
  problemOfWindow,
  settingsOf,
  type CreateIndexOptions,
  type CreateIndexSettings,
} from './create-index-options.ts'
import { createIndexSchema } from './create-index-schema.ts'

/** What is allowed in the end. */
export interface NarrowedSettings extends CreateIndexSettings {
  /** It begins only when all of them are open: that of the application, and that of the response. */
  readonly windows: readonly string[]
  /** What is wrong with the options of the response. With anything wrong, it must not act: what was meant is not known. */
  readonly problems: readonly string[]
}

/** The options of which more is more careful; of all other numbers, less is. */
const CAREFUL_IF_MORE = new Set<keyof CreateIndexOptions>(['minIntervalMs', 'baselineMs', 'verifyMs'])

/**
 * What the application has allowed, narrowed by the options of a response, member by member: the more careful value of both stands, so that a
 * response never widens anything.
 *
 * @param given - of the response; anything
 */
export function narrowed(allowed: CreateIndexOptions, given: unknown): NarrowedSettings {
  const { options, problems } = readOptions(createIndexSchema, given ?? undefined, { path: 'options' })
  const own = settingsOf(allowed)
  const members = Object.entries(own).map(([name, value]) => {
    const wanted = options[name as keyof CreateIndexOptions]
    return [name, wanted === undefined ? value : moreCareful(name as keyof CreateIndexOptions, value, wanted)]
  })
  return {
    ...(Object.fromEntries(members) as CreateIndexSettings),
    windows: [own.window, ...(options.window === undefined ? [] : [options.window])],
    problems: [
      ...problems.map(({ message }) => message),
      ...windowProblems('pg.createIndex.window', own.window),
      ...windowProblems('options.window', options.window),
    ],
  }
}

function windowProblems(path: string, window: string | undefined): string[] {
  const problem = window === undefined ? undefined : problemOfWindow(window)
  return problem === undefined ? [] : [`${path} ${problem}`]
}

type Value = CreateIndexSettings[keyof CreateIndexSettings]

function moreCareful(name: keyof CreateIndexOptions, own: Value, wanted: Value): Value {
  if (typeof own === 'number' && typeof wanted === 'number')
    return CAREFUL_IF_MORE.has(name) ? Math.max(own, wanted) : Math.min(own, wanted)
  if (typeof own === 'boolean') return own && wanted === true
  if (typeof own === 'object' && typeof wanted === 'object') return own.filter(each => wanted.includes(each))
  return own
}
