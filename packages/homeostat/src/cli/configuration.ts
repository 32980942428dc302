import type { Environment, ListedOption, OptionSchema } from '@homeostat/signals/options'
import { alternativesOf, detailsOf, entriesOf, fieldOf, listOptions, readEnvironment } from '@homeostat/signals/options'
import type { CommandOutput, ExitCode } from './output.ts'
import { readOptionFile } from '../options/file/read-option-file.ts'
import { homeostatOptions } from '../options/option-schema.ts'
import { OTHER_VARIABLES } from '../options/read-options.ts'

/** One option with its value. */
interface ConfiguredOption {
  readonly path: string
  /** Undefined where there is none, or where it may not be shown. */
  readonly value?: unknown
  readonly source: 'environment' | 'file' | 'default'
  /** The variable or the file. */
  readonly from?: string
  /** Words for a default that is no single value. */
  readonly words?: string
  readonly isSecret?: true
}

interface PrintOptions {
  readonly onlyGiven: boolean
  readonly asJson: boolean
}

/** Prints the options that the environment and a file give. */
export function printConfiguration(
  environment: Environment,
  output: CommandOutput,
  { onlyGiven, asJson }: PrintOptions,
): ExitCode {
  const variables = readEnvironment(homeostatOptions, environment, OTHER_VARIABLES)
  const file = readOptionFile(homeostatOptions, environment)
  const options = listOptions(homeostatOptions)
    .filter(({ details }) => details.isCodeOnly !== true)
    .flatMap((option): ConfiguredOption[] => {
      const inVariable = valueAt(variables.options, option.keys)
      const inFile = valueAt(file.options, option.keys)
      // A package that is an object has its options below.
      if (inVariable !== undefined && isShown(option, inVariable))
        return [shown(option, inVariable, 'environment', option.variable)]
      if (inVariable === undefined && inFile !== undefined && isShown(option, inFile))
        return [shown(option, inFile, 'file', file.file)]
      return onlyGiven ? [] : [defaultOf(option)]
    })
  const problems = [...variables.problems, ...file.problems].map(({ message }) => message)
  if (asJson) output.out(JSON.stringify({ file: file.file, options, problems }))
  else {
    for (const line of table(options)) output.out(line)
    for (const problem of problems) output.error(`homeostat: ${problem}`)
  }
  return problems.length === 0 ? 0 : 1
}

function valueAt(options: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((value, key) => (value === false ? undefined : fieldOf(value, key)), options)
}

function isShown({ keys }: ListedOption, value: unknown): boolean {
  const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value)
  return !(isGroup && keys.length === 1 && GROUPS.has(keys[0] ?? ''))
}

/** Options whose parts are options of their own. */
const GROUPS = new Set(
  listOptions(homeostatOptions).flatMap(({ keys: [first = '', ...rest] }) => (rest.length > 0 ? [first] : [])),
)

function shown(
  { path, schema }: ListedOption,
  value: unknown,
  source: ConfiguredOption['source'],
  from: string | undefined,
): ConfiguredOption {
  const origin = { path, source, ...(from !== undefined && { from }) }
  return mayBeSecret(schema) ? { ...origin, isSecret: true } : { ...origin, value }
}

function defaultOf({ path, details }: ListedOption): ConfiguredOption {
  const { default: value, defaultWords: words } = details
  return { path, source: 'default', ...(value !== undefined && { value }), ...(words !== undefined && { words }) }
}

/** Whether the option, or anything in it, is never shown. */
function mayBeSecret(schema: OptionSchema): boolean {
  if (detailsOf(schema).isSecret === true) return true
  const parts = alternativesOf(schema) ?? Object.values(entriesOf(schema) ?? {})
  return parts.some(mayBeSecret) || ('item' in schema && mayBeSecret(schema.item))
}

function table(options: readonly ConfiguredOption[]): string[] {
  const rows = options.map(({ path, value, words, source, from, isSecret }) => [
    path,
    isSecret ? '(not shown)' : value === undefined ? (words ?? '-') : textOf(value),
    from ?? source,
  ])
  const widths = [0, 1].map(column => Math.min(48, Math.max(0, ...rows.map(row => row[column]?.length ?? 0))))
  return rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' && /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value)
}
