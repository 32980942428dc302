/** A flag of Node that loads a module before the application, with its value after a space or an equals sign. */
const PRELOAD = /^(?:--import|--require|-r)(?:=(.*))?$/s
const OURS = /(?:^|[\\/])homeostat[\\/](?:dist[\\/])?register(?:\.js)?$/

/**
 * Whether `homeostat/register` is the last module that Node loads before the application. Modules of `--require` come before all of
 * `--import`; those of `NODE_OPTIONS` before those of the command line. Unknown ways to load it count as last.
 */
export function isLastPreload(execArgv: readonly string[], nodeOptions = ''): boolean {
  const preloads = [...preloadsIn(nodeOptions.split(/\s+/)), ...preloadsIn(execArgv)]
  const ordered = [...preloads.filter(({ isImport }) => !isImport), ...preloads.filter(({ isImport }) => isImport)]
  const place = ordered.findLastIndex(({ specifier }) => OURS.test(specifier))
  return place === -1 || place === ordered.length - 1
}

interface Preload {
  readonly specifier: string
  readonly isImport: boolean
}

function preloadsIn(flags: readonly string[]): Preload[] {
  return flags.flatMap((flag, index) => {
    const match = PRELOAD.exec(flag)
    if (match === null) return []
    const specifier = (match[1] ?? flags[index + 1] ?? '').replaceAll(/^["']|["']$/g, '')
    return [{ specifier, isImport: flag.startsWith('--import') }]
  })
}
