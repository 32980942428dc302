import { statSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import type { LoadEvent, Manifest, SourceMark, StartCommand } from '../application-facts.ts'
import type { FileReading } from './file-reading.ts'
import { parseSource, type SourceStep } from './source-file.ts'

const MOST_FILES = 200
const MOST_EVENTS = 2000
const LARGEST_SOURCE = 256 * 1024
/** These compilers put all imports of a file before its statements, also where they make CommonJS. */
const HOISTING_COMPILERS = ['@swc/core', '@swc/cli', 'esbuild', 'tsx', 'tsup', '@babel/core']
const EXTENSIONS = ['', '.ts', '.js', '.mts', '.mjs', '.cts', '.cjs', '/index.ts', '/index.js']

export interface LoadOrder {
  readonly events: readonly LoadEvent[]
  readonly marks: readonly SourceMark[]
}

/** The modules that the preloaded files and the main file load, in the order in which Node evaluates them. */
export function readLoadOrder(reading: FileReading, manifest: Manifest, start: StartCommand): LoadOrder {
  const walk = new LoadWalk(reading, manifest)
  // Node requires first and imports then, in whatever order the flags are.
  for (const name of ['--require', '--import'])
    for (const flag of start.flags) if (flag.name === name) walk.preload(flag.value, flag.from)
  if (start.main !== undefined) walk.file(sourceOf(reading, resolve(reading.root, start.main)))
  return walk
}

export function isEsm(file: string, manifest: Manifest): boolean {
  const extension = extname(file)
  if (extension === '.mjs' || extension === '.mts') return true
  return manifest.type === 'module' && extension !== '.cjs' && extension !== '.cts'
}

class LoadWalk implements LoadOrder {
  readonly events: LoadEvent[] = []
  readonly marks: SourceMark[] = []
  readonly #reading: FileReading
  readonly #manifest: Manifest
  readonly #compilerHoists: boolean
  readonly #visited = new Set<string>()

  constructor(reading: FileReading, manifest: Manifest) {
    this.#reading = reading
    this.#manifest = manifest
    this.#compilerHoists = HOISTING_COMPILERS.some(name => manifest.dependencies.has(name))
  }

  preload(specifier: string, from: string): void {
    if (isPath(specifier)) this.file(sourceOf(this.#reading, resolve(this.#reading.root, specifier)))
    else this.#add({ kind: 'load', name: specifier, file: from, line: 0, isHoisted: false })
  }

  file(path: string | undefined): void {
    if (path === undefined || this.#visited.has(path) || this.#visited.size >= MOST_FILES) return
    this.#visited.add(path)
    if (!this.#reading.isInside(path)) return
    const text = this.#reading.text(path)
    if (text === undefined || text.length > LARGEST_SOURCE) return
    const { imports, body, marks } = parseSource(text)
    const file = this.#reading.shown(path)
    for (const each of marks) this.marks.push({ ...each, file })
    const isHoisted = isEsm(path, this.#manifest) || (imports.length > 0 && this.#compilerHoists)
    // A compiler that does not hoist keeps the order of the text.
    const steps = isHoisted ? [...imports, ...body] : [...imports, ...body].toSorted((a, b) => a.line - b.line)
    for (const step of steps) this.#step(step, path, file, isHoisted)
  }

  #step({ kind, name, line }: SourceStep, path: string, file: string, isHoisted: boolean): void {
    if (kind === 'load' && name.startsWith('.')) this.file(sourceOf(this.#reading, join(dirname(path), name)))
    else this.#add({ kind, name, file, line, isHoisted })
  }

  #add(event: LoadEvent): void {
    if (this.events.length < MOST_EVENTS) this.events.push(event)
  }
}

/** Whether a preload names a file, not a package. */
export function isPath(specifier: string): boolean {
  return /^(?:\.{0,2}\/|[a-z]+:)/.test(specifier) || /^[\w.-]+\.[cm]?[jt]s$/.test(specifier)
}

/** The source of a path, which may be the one of a compiled file. */
function sourceOf(reading: FileReading, path: string): string | undefined {
  const shown = reading.shown(path)
  const inSources = shown.replace(/^(?:dist|build|lib|out)\/(?:src\/)?/, 'src/')
  const bases = inSources === shown ? [path] : [join(reading.root, inSources), path]
  for (const base of bases) {
    const bare = base.replace(/\.([cm]?)js$/, '.$1ts')
    for (const candidate of [bare, base, ...EXTENSIONS.map(extension => base + extension)])
      if (isFile(candidate)) return candidate
  }
  return undefined
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true
  } catch {
    return false
  }
}
