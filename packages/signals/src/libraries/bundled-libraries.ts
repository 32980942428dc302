import { readFileSync, readdirSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import util from 'node:util'
import { readRegularFileSync } from '../regular-file.ts'

/** Marks by which a library is recognized inside of a bundle. */
export interface LibraryMarks {
  /** The argument of `h.observe()` that hands an object of the library over, e.g. `{ pg: pool }`. */
  readonly handOver: string
  /** The package's name, e.g. `pg`. */
  readonly library: string
  /**
   * Texts of its error messages, which minifiers leave alone; all of them are in each copy. Each is given in parts, so that
   * a bundle that holds this package only does not match.
   */
  readonly marks: readonly (readonly [string, string])[]
}

/** Larger files are taken for data. */
const MOST_BYTES = 32 * 1024 * 1024
/** A bundler that splits puts its files beside each other. */
const MOST_FILES = 32
const SCRIPTS = new Set(['.js', '.cjs', '.mjs'])

const known = new Map<string, boolean>()

/**
 * Lines about a library inside of a bundle that is not measured: nothing is required there, so no hook can find it. Empty in an
 * application that is not bundled, and where the library was left out of the bundle. The files are read once in the process.
 */
export function unseenInBundle({ library, marks, handOver }: LibraryMarks): readonly string[] {
  let isBundled = known.get(library)
  if (isBundled === undefined) known.set(library, (isBundled = isInAny(bundleFiles(), marks)))
  return isBundled
    ? [
        `it is inside a bundle, where no hook finds it: hand its objects over, h.observe(${handOver}), or mark it external, e.g. esbuild --external:${library}`,
      ]
    : []
}

function isInAny(files: readonly string[], marks: LibraryMarks['marks']): boolean {
  const texts = marks.map(parts => parts.join(' '))
  return files.some(file => {
    const content = contentOf(file)
    return content !== undefined && texts.every(text => content.includes(text))
  })
}

function contentOf(file: string): string | undefined {
  try {
    return readRegularFileSync(file, MOST_BYTES)
  } catch {
    return undefined
  }
}

/** The application's main file, and the file that holds this code with those beside it where it is not our package's. */
function bundleFiles(): readonly string[] {
  const main = process.argv[1]
  const own = ownFile()
  return [...new Set([...(main === undefined ? [] : [main]), ...(own === undefined ? [] : withNeighbours(own))])]
}

/**
 * The file that this code runs in, if a bundler has made it. It is that of the call: `import.meta.url` is missing in a CommonJS
 * bundle, and is our package's file in one of webpack.
 */
function ownFile(): string | undefined {
  try {
    const script = util.getCallSites(1)[0]?.scriptName
    if (script === undefined) return undefined
    const file = script.startsWith('file:') ? fileURLToPath(script) : script
    return isOwnPackage(dirname(dirname(file))) ? undefined : file
  } catch {
    return undefined
  }
}

function isOwnPackage(folder: string): boolean {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown }
    return name === '@homeostat/signals'
  } catch {
    return false
  }
}

function withNeighbours(file: string): readonly string[] {
  try {
    const folder = dirname(file)
    const names = readdirSync(folder).filter(name => SCRIPTS.has(extname(name)) && name !== basename(file))
    return [file, ...names.slice(0, MOST_FILES).map(name => join(folder, name))]
  } catch {
    return [file]
  }
}
