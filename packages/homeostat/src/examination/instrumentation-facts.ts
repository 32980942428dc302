import { readFileSync, statSync } from 'node:fs'
import Module from 'node:module'
import { sep } from 'node:path'
import { fieldOf } from '@homeostat/signals/options'
import type { InstrumentationFacts, InstrumentedLibrary, LoadedLibrary } from './live-facts.ts'
import type { InspectedProcess } from './inspected-process.ts'
import { shownPath, versionIn, type PackageCopy } from './loaded-packages.ts'

const BASE = '@opentelemetry/instrumentation'
/** Larger files are taken for data, and an application that is bundled has few. */
const MOST_BYTES = 32 * 1024 * 1024
const MOST_FILES = 32
const MOST_RANGES = 20

/** The packages and scripts that are loaded. */
export interface Loaded {
  readonly copies: readonly PackageCopy[]
  /** Paths of the scripts of the application itself. */
  readonly own: readonly string[]
}

/** The modules that `require` has loaded, by their path. */
type CommonJs = Readonly<Record<string, { readonly exports?: unknown; readonly children?: unknown } | undefined>>

/** Each instrumentation of the process that extends `InstrumentationBase`, and what it has patched. */
export function instrumentationFacts(
  inspected: InspectedProcess,
  prototypes: readonly object[],
  loaded: Loaded,
): InstrumentationFacts[] {
  const required = requiredFiles()
  const bundles = new Map<string, string | undefined>()
  const found = new Set(prototypes.flatMap(prototype => inspected.objectsWith(prototype)))
  return [...found].flatMap(one => {
    const name = fieldOf(one, 'instrumentationName')
    // The prototypes of its subclasses inherit from it as well.
    if (typeof name !== 'string' || !Object.hasOwn(one as object, 'instrumentationName')) return []
    const version = fieldOf(one, 'instrumentationVersion')
    const own = loaded.copies.find(copy => copy.name === name) ?? loaded.copies.find(copy => copy.name === BASE)
    return [
      {
        name: name.slice(0, 255),
        version: typeof version === 'string' ? version.slice(0, 60) : undefined,
        isEnabled: (fieldOf(one, '_enabled') ?? fieldOf(fieldOf(one, '_config'), 'enabled')) === true,
        libraries: librariesOf(one, library => loadedLibrary(library, loaded, required, bundles, own?.firstId)),
      },
    ]
  })
}

/**
 * The prototypes of `InstrumentationBase`, one for each copy of it that is loaded.
 *
 * @param importLoaded imports a module that is loaded already
 */
export async function instrumentationPrototypes(
  copies: readonly PackageCopy[],
  importLoaded: (url: string) => Promise<unknown>,
): Promise<object[]> {
  const prototypes = new Set(requiredPrototypes(copies))
  for (const { urls } of copies.filter(({ name }) => name === BASE)) {
    const url = urls.find(each => each.endsWith('/platform/node/instrumentation.mjs'))
    if (url === undefined) continue
    try {
      addPrototype(await importLoaded(url), prototypes)
    } catch {
      // It is looked for by the place where a release keeps it.
    }
  }
  return [...prototypes]
}

/** Those of the copies that were required. */
export function requiredPrototypes(copies: readonly PackageCopy[]): object[] {
  const cache = commonJs()
  const prototypes = new Set<object>()
  const folders = copies.filter(({ name }) => name === BASE).map(({ folder }) => folder + sep)
  for (const path of Object.keys(cache))
    if (folders.some(folder => path.startsWith(folder))) addPrototype(cache[path]?.exports, prototypes)
  return [...prototypes]
}

function addPrototype(exports: unknown, prototypes: Set<object>): void {
  const prototype = fieldOf(fieldOf(exports, 'InstrumentationBase'), 'prototype')
  if (typeof prototype === 'object' && prototype !== null) prototypes.add(prototype)
}

/** One entry per library: there is a definition for each range of its versions. */
function librariesOf(
  instrumentation: unknown,
  loadedAs: (library: string) => LoadedLibrary | undefined,
): InstrumentedLibrary[] {
  const libraries = new Map<string, { ranges: string[]; isPatched: boolean; metVersion: string | undefined }>()
  for (const definition of listOf(fieldOf(instrumentation, '_modules'))) {
    const name = fieldOf(definition, 'name')
    // A path is the one of a function in AWS Lambda. Modules of Node are patched whenever they are required.
    if (typeof name !== 'string' || !/^(?:@[\w.-]+\/)?[\w.-]+$/.test(name) || Module.builtinModules.includes(name))
      continue
    const library = libraries.get(name) ?? { ranges: [], isPatched: false, metVersion: undefined }
    const files = listOf(fieldOf(definition, 'files'))
    const parts = [definition, ...files]
    library.ranges.push(...parts.flatMap(part => listOf(fieldOf(part, 'supportedVersions'))).filter(isText))
    library.isPatched ||= parts.some(part => fieldOf(part, 'moduleExports') !== undefined)
    const version = fieldOf(definition, 'moduleVersion')
    if (isText(version)) library.metVersion ??= version
    libraries.set(name, library)
  }
  return [...libraries].map(([name, { ranges, ...rest }]) => ({
    name,
    ranges: [...new Set(ranges)].slice(0, MOST_RANGES),
    ...rest,
    loaded: loadedAs(name),
  }))
}

function loadedLibrary(
  library: string,
  { copies, own }: Loaded,
  required: ReadonlySet<string>,
  bundles: Map<string, string | undefined>,
  instrumentationId: number | undefined,
): LoadedLibrary | undefined {
  const copy = copies.find(({ name }) => name === library)
  if (copy) {
    const prefix = copy.folder + sep
    return {
      version: versionIn(copy.folder),
      path: shownPath(copy.folder),
      how: [...required].some(path => path.startsWith(prefix)) ? 'required' : 'imported',
      isEarlier: instrumentationId !== undefined && copy.firstId < instrumentationId,
    }
  }
  const bundle = own.slice(0, MOST_FILES).find(path => isBundledIn(path, library, bundles))
  return bundle === undefined
    ? undefined
    : { version: undefined, path: shownPath(bundle), how: 'bundled', isEarlier: false }
}

/** Files that another package, or the application, has required. */
function requiredFiles(): ReadonlySet<string> {
  const cache = commonJs()
  const required = new Set<string>()
  for (const path of Object.keys(cache)) {
    const folder = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+[\\/]/.exec(path)?.[0]
    for (const child of listOf(cache[path]?.children)) {
      const name = fieldOf(child, 'filename')
      if (isText(name) && (folder === undefined || !name.startsWith(folder))) required.add(name)
    }
  }
  return required
}

/** Bundlers name the file that a piece of a bundle comes from, in a comment, a key, or the source map beside it. */
function isBundledIn(path: string, library: string, texts: Map<string, string | undefined>): boolean {
  return [path, `${path}.map`].some(file => {
    if (!texts.has(file)) texts.set(file, textOf(file))
    return texts.get(file)?.includes(`node_modules/${library}/`) === true
  })
}

function textOf(path: string): string | undefined {
  try {
    const status = statSync(path)
    return status.isFile() && status.size <= MOST_BYTES ? readFileSync(path, 'utf8') : undefined
  } catch {
    return undefined
  }
}

function commonJs(): CommonJs {
  return (Module as unknown as { readonly _cache?: CommonJs })._cache ?? {}
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 200
}
