import type { Manifest, NodeFlag, Setting, StartCommand } from '../application-facts.ts'
import { shellCommands } from './shell-words.ts'

/** How often a script may hand over to another one. */
const MOST_SCRIPTS = 5
const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/s
/** Programs that run the words behind them. */
const WRAPPERS = new Set([
  'cross-env',
  'cross-env-shell',
  'env',
  'exec',
  'dumb-init',
  'tini',
  'nice',
  'npx',
  'dotenv',
  '--',
])
/** Programs that take Node's flags and a file. */
const NODES = new Set(['node', 'nodejs', 'tsx', 'ts-node', 'nodemon'])
const RUNNERS = new Set(['npm', 'pnpm', 'yarn'])
const SHORT: Readonly<Record<string, string>> = {
  '-r': '--require',
  '-C': '--conditions',
  '--loader': '--experimental-loader',
}
const WITH_VALUE = new Set([
  '--import',
  '--require',
  '--experimental-loader',
  '--conditions',
  '--env-file',
  '--env-file-if-exists',
  '--title',
  '--disable-warning',
  '--watch-path',
  '--inspect-port',
  '--icu-data-dir',
])

/** A command and the variables that it sets. */
export interface ParsedStart {
  readonly start: StartCommand
  readonly assignments: ReadonlyMap<string, Setting>
}

/** How the application starts: by the image's command, else by a script, else by its main file. */
export function parseStart(manifest: Manifest, imageCommand: Setting | undefined): ParsedStart {
  const script = ['start:prod', 'start'].find(name => manifest.scripts.has(name))
  const command = imageCommand ?? scriptOf(manifest, script ?? 'start')
  const assignments = new Map<string, Setting>()
  const start = command && follow(manifest, command, assignments, 0)
  const fallback = { from: 'package.json main', main: manifest.main ?? 'index.js', flags: [] }
  // Without a command, a file is the only guess; with one that is not Node's, there is none.
  return { start: start ?? (command ? { ...fallback, from: command.from, main: undefined } : fallback), assignments }
}

function scriptOf(manifest: Manifest, name: string): Setting | undefined {
  const value = manifest.scripts.get(name)
  return value === undefined ? undefined : { value, from: `package.json scripts.${name}` }
}

function follow(
  manifest: Manifest,
  command: Setting,
  assignments: Map<string, Setting>,
  depth: number,
): StartCommand | undefined {
  if (depth >= MOST_SCRIPTS) return undefined
  // The last command is the one that goes on running: `npm run build && node dist/main.js`.
  for (const words of shellCommands(command.value).toReversed()) {
    const own = new Map<string, Setting>()
    const rest = withoutRunner(manifest, withoutPrefix(words, command.from, own))
    const program = rest[0]?.split('/').at(-1)
    let start: StartCommand | undefined
    if (program !== undefined && NODES.has(program)) {
      start = { from: command.from, ...parseArguments(rest.slice(1), command.from, manifest) }
    } else if (program !== undefined && RUNNERS.has(program)) {
      const name = rest.slice(1).find(word => !word.startsWith('-') && word !== 'run' && word !== 'run-script')
      const script = name === undefined ? undefined : scriptOf(manifest, name)
      start = script && follow(manifest, script, assignments, depth + 1)
    }
    if (!start) continue
    // A script that is run sets its variables last.
    for (const [name, setting] of own) if (!assignments.has(name)) assignments.set(name, setting)
    return start
  }
  return undefined
}

function withoutPrefix(words: readonly string[], from: string, assignments: Map<string, Setting>): string[] {
  let index = 0
  for (; index < words.length; index++) {
    const word = words[index]!
    const [, name, value] = ASSIGNMENT.exec(word) ?? []
    if (name !== undefined && value !== undefined) assignments.set(name, { value, from })
    else if (!isWrapper(word) && !(index > 0 && word.startsWith('-'))) break
  }
  return words.slice(index)
}

/** Entry points of images are scripts that run what is behind them. */
function isWrapper(word: string): boolean {
  return WRAPPERS.has(word.split('/').at(-1)!) || /entrypoint(?:\.sh)?$/.test(word)
}

/** `yarn node server.js` and `pnpm exec node server.js` without what runs Node. */
function withoutRunner(manifest: Manifest, words: readonly string[]): readonly string[] {
  const at = words.findIndex((word, index) => index > 0 && index <= 2 && NODES.has(word))
  const isRunner = at > 0 && RUNNERS.has(words[0]!) && !manifest.scripts.has(words[at]!)
  return isRunner ? words.slice(at) : words
}

function parseArguments(words: readonly string[], from: string, manifest: Manifest): Omit<StartCommand, 'from'> {
  const { flags, rest } = parseFlags(words, from)
  const [main] = rest
  return { flags, main: main === '.' || main === './' ? (manifest.main ?? 'index.js') : main }
}

/** The flags of Node at the beginning of words, in one spelling each. */
export function parseFlags(words: readonly string[], from: string): { flags: NodeFlag[]; rest: readonly string[] } {
  const flags: NodeFlag[] = []
  let index = 0
  for (; index < words.length; index++) {
    const word = words[index]!
    if (!word.startsWith('-') || word === '-') break
    if (word === '--') {
      index++
      break
    }
    const [, written = word, inline] = /^([^=]+)=(.*)$/s.exec(word) ?? []
    const hyphened = written.startsWith('--') ? written.replaceAll('_', '-') : written
    const name = SHORT[hyphened] ?? hyphened
    const value = inline ?? (WITH_VALUE.has(name) ? words[++index] : undefined)
    flags.push({ name, value: value ?? '', from })
  }
  return { flags, rest: words.slice(index) }
}

/** The flags in `NODE_OPTIONS`. */
export function flagsOfNodeOptions(setting: Setting | undefined): NodeFlag[] {
  if (!setting) return []
  return parseFlags(shellCommands(setting.value).flat(), `NODE_OPTIONS in ${setting.from}`).flags
}
