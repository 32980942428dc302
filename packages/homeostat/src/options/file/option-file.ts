import { existsSync } from 'node:fs'
import { readRegularFileSync } from '@homeostat/signals'
import type { Environment } from '@homeostat/signals/options'
import { textIn } from '@homeostat/signals/options'

/** Homeostat looks for these files in the working directory. */
const NAMES = ['homeostat.yaml', 'homeostat.yml']
/** People write configurations by hand; the largest example of OpenTelemetry has 60 KB. */
const LARGEST_BYTES = 1024 * 1024

/** The variable that names a file of options. */
export const FILE_VARIABLE = 'HOMEOSTAT_CONFIG_FILE'
/** The variable that names the declarative configuration of OpenTelemetry. */
export const OTEL_FILE_VARIABLE = 'OTEL_CONFIG_FILE'

/** A file that may hold options. */
export interface OptionFile {
  readonly path: string
  /** The variable that names it; undefined where it was found by its name. */
  readonly variable: string | undefined
  /** The keys on the way to the options. */
  readonly section: readonly string[]
}

/** The files that may hold options. The first one with options of ours is used, and no other. */
export function optionFiles(environment: Environment): readonly OptionFile[] {
  const own = textIn(environment, FILE_VARIABLE)?.trim()
  if (own !== undefined && own !== '') return [{ path: own, variable: FILE_VARIABLE, section: [] }]
  const otel = textIn(environment, OTEL_FILE_VARIABLE)?.trim()
  const ofOtel: OptionFile[] =
    otel === undefined || otel === ''
      ? []
      : [{ path: otel, variable: OTEL_FILE_VARIABLE, section: ['distribution', 'homeostat'] }]
  const found = NAMES.filter(name => existsSync(name))
  return [...ofOtel, ...found.map(path => ({ path, variable: undefined, section: [] }))]
}

/** @throws what `readRegularFileSync` throws */
export function textOf({ path }: OptionFile): string {
  return readRegularFileSync(path, LARGEST_BYTES)
}
