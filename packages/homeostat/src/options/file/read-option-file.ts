import Module from 'node:module'
import type * as ruleFiles from '@homeostat/promql/rule-files'
import { errorType, FileTooLargeError, IrregularFileError } from '@homeostat/signals'
import type { Environment, OptionProblem, OptionSchema, ReadOptions } from '@homeostat/signals/options'
import { childPath, detailsOf, entriesOf, readOptions, shownName } from '@homeostat/signals/options'
import { oneLine } from '../one-line.ts'
import { namedInCode, nameInFile } from './names-in-code.ts'
import { type OptionFile, optionFiles, textOf } from './option-file.ts'
import { withVariables } from './variable-references.ts'

type RuleFiles = typeof ruleFiles
type FilePosition = ruleFiles.FilePosition
type YamlDocument = ruleFiles.YamlDocument
type YamlNode = ruleFiles.YamlNode

/** The options of a file, with the name of the file. */
export interface FileOptions<T> extends ReadOptions<T> {
  /** The file that holds them; undefined where there is none. */
  readonly file: string | undefined
}

/** The consequence of a file that cannot be used: it may hold a mode that allows less. */
const CAREFUL = 'none of its options is used, and nothing goes further than advise'

/**
 * Reads the options of the first file with options of ours, and reports the other ones as ignored. It never throws. Each mistake is one
 * problem: its message names file, line and column, and its path is the one of the option in code. A file that is not valid YAML
 * gives one problem with an empty path, which stands for all options.
 *
 * @param apart - paths that the caller reads itself
 */
export function readOptionFile<T extends object>(
  schema: OptionSchema<T>,
  environment: Environment,
  apart: readonly string[] = [],
): FileOptions<T> {
  const problems: OptionProblem[] = []
  let used: FileOptions<T> | undefined
  for (const file of optionFiles(environment)) {
    if (used !== undefined) {
      const message = `${oneLine(file.path)} is ignored, because ${used.file} has options as well`
      problems.push({ path: file.path, message })
      continue
    }
    try {
      const reading = new OptionFileReading(schema, environment, apart, file, textOf(file))
      const { brokenAt } = reading
      if (brokenAt === undefined) used = reading.read()
      else problems.push({ path: '', message: `${brokenAt}: is not YAML that can be read; ${CAREFUL}` })
    } catch (error) {
      // The message of a library is not repeated: it may quote a secret of OpenTelemetry's configuration.
      problems.push({ path: '', message: `${reasonOf(error, file)}; ${CAREFUL}` })
    }
  }
  const { options = {} as T, problems: own = [], apart: values = new Map<string, unknown>(), file } = used ?? {}
  return { options, problems: [...own, ...problems], apart: values, file }
}

function nameOf({ path, variable }: OptionFile): string {
  return variable === undefined ? oneLine(path) : `${oneLine(path)}, which ${variable} names,`
}

function reasonOf(error: unknown, file: OptionFile): string {
  if (error instanceof IrregularFileError || error instanceof FileTooLargeError) return oneLine(error.message)
  const { code } = error as NodeJS.ErrnoException
  return `${nameOf(file)} cannot be read (${typeof code === 'string' ? code : errorType(error)})`
}

/** Reads the options of one file. */
class OptionFileReading<T extends object> {
  readonly #schema: OptionSchema<T>
  readonly #environment: Environment
  readonly #apart: readonly string[]
  readonly #shownPath: string
  readonly #yaml: RuleFiles
  readonly #document: YamlDocument
  /** The value of the section: undefined where the file has no such section, null where it is empty. */
  readonly #given: unknown
  /** Nodes by their paths as they are written. */
  readonly #nodes = new Map<string, YamlNode>()
  /** Paths, as they are written, of texts whose `${}` holds anything but a variable. */
  readonly #badReferences: string[] = []

  constructor(
    schema: OptionSchema<T>,
    environment: Environment,
    apart: readonly string[],
    file: OptionFile,
    text: string,
  ) {
    this.#schema = schema
    this.#environment = environment
    this.#apart = apart
    this.#shownPath = oneLine(file.path)
    // Not an import: yaml takes some 30 ms to load, which an application without such a file does not pay. And not by the name
    // `createRequire`, which the first line of many bundles of ES modules declares.
    this.#yaml = Module.createRequire(import.meta.url)('@homeostat/promql/rule-files') as RuleFiles
    this.#document = new this.#yaml.YamlDocument(text.replace(/^\uFEFF/, ''), this.#shownPath)
    this.#given = this.#plain(file.section)
  }

  /** The first place where the file is not valid YAML, repeats a key, or exceeds a bound. */
  get brokenAt(): string | undefined {
    const [broken] = this.#document.errors
    return broken && this.#at(broken)
  }

  /** Undefined where the file has no section for us. */
  read(): FileOptions<T> | undefined {
    if (this.#given === undefined) return undefined
    return this.#result(this.#given ?? {})
  }

  /** The value of a section; undefined where the file does not have it. */
  #plain(section: readonly string[]): unknown {
    let node: YamlNode | undefined = this.#document.root
    for (const name of section) {
      const found = this.#document.resolve(node)
      // It reads only the names of the sections of the application's own configuration.
      const fields = found !== undefined && 'items' in found ? this.#document.fields(found as never) : []
      node = fields.find(({ key }) => key === name)?.value
      if (node === undefined) return undefined
    }
    return this.#yaml.plainValue(this.#document, node, {
      visit: (each, path) => this.#nodes.set(shownPath(path), each),
      scalar: (scalar, path) => this.#scalar(scalar.value, scalar.type === 'PLAIN', path),
    })
  }

  #scalar(value: unknown, isPlain: boolean, path: readonly (string | number)[]): unknown {
    if (typeof value !== 'string' || !value.includes('$')) return value
    const text = withVariables(value, this.#environment)
    if (text === undefined) this.#badReferences.push(shownPath(path))
    if (text === undefined || !isPlain || text === value) return text ?? null
    return this.#yaml.plainScalar(text)
  }

  #result(given: unknown): FileOptions<T> {
    const named = namedInCode(this.#schema, given)
    const { value, codeOnly } = this.#withoutCodeOnly(named.value)
    const read = readOptions(this.#schema, value, { apart: this.#apart })
    const inCode = new Map([...named.written].map(([code, written]) => [written, code]))
    const report = (path: string, rest: string): OptionProblem => {
      const written = writtenPath(path, named.written)
      return {
        path,
        message: `${this.#at(this.#positionOf(written))}: ${written === '' ? 'options' : written} ${rest}`,
      }
    }
    return {
      ...read,
      file: this.#shownPath,
      problems: [
        ...codeOnly.map(name => report(name, 'can only be given in code, and is ignored')),
        ...named.twice.map(path => report(path, 'is given twice, in snake_case and as in code; the first one is used')),
        ...this.#badReferences.map(written =>
          report(
            inCode.get(written) ?? written,
            'refers to something else than an environment variable: write ${NAME} or ${NAME:-default}, and $$ for a $; it is ignored',
          ),
        ),
        ...read.problems.map(problem => ({
          ...problem,
          ...report(problem.path, inWordsOfFiles(restOf(problem))),
        })),
      ],
    }
  }

  #withoutCodeOnly(given: unknown): { readonly value: unknown; readonly codeOnly: readonly string[] } {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return { value: given, codeOnly: [] }
    const entries = entriesOf(this.#schema) ?? {}
    const isCodeOnly = (name: string): boolean =>
      Object.hasOwn(entries, name) && detailsOf(entries[name] as OptionSchema).isCodeOnly === true
    return {
      value: Object.fromEntries(Object.entries(given).filter(([name]) => !isCodeOnly(name))),
      codeOnly: Object.keys(given).filter(isCodeOnly),
    }
  }

  #at({ line, column }: FilePosition): string {
    return `${this.#shownPath}:${line}:${column}`
  }

  /** The position of the value, or of the nearest value that contains it. */
  #positionOf(written: string): FilePosition {
    for (let path = written; ; path = parentOf(path)) {
      const node = this.#nodes.get(path)
      if (node !== undefined || path === '') return this.#document.position(node)
    }
  }
}

function shownPath(path: readonly (string | number)[]): string {
  return path.reduce<string>((above, key) => childPath(above, typeof key === 'number' ? key : shownName(key)), '')
}

/** The path as it was written: its known part, and the rest as it is. */
function writtenPath(path: string, written: ReadonlyMap<string, string>): string {
  for (let known = path; ; known = parentOf(known)) {
    const found = written.get(known)
    if (found !== undefined) return known === '' && found === '' ? path : found + path.slice(known.length)
    if (known === '') return path
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['), 0))
}

/** The message without the path at its beginning. */
function restOf({ path, message }: OptionProblem): string {
  return message.slice((path === '' ? 'options' : path).length + 1)
}

/** Spells the suggested name of an option as files do. */
function inWordsOfFiles(text: string): string {
  if (!text.startsWith('is not an option')) return text
  return text.replace(/(?<=; did you mean )\w+(?=\?$)/, nameInFile)
}
