import type { Response } from '@homeostat/optimizer'
import type { Warn } from '@homeostat/signals/options'
import { watchFiles } from '@homeostat/optimizer/parts'
import { errorType, ownMessage, readRegularFile, Turns } from '@homeostat/signals'
import { CompiledExpressions } from '@homeostat/promql'
import type { RuleGroup } from '@homeostat/promql'
import { allOf, reportLines } from '../report/report-lines.ts'
import { serverOnlySelectors } from '../report/server-only-selectors.ts'
import { ProgramFilesError } from './program-files-error.ts'
import type { FileText, ProgramBase } from './read-program-files.ts'

/** Larger than any that a person writes; reading one takes its memory. */
const LARGEST_BYTES = 16 * 1024 * 1024

/** Steps of reporting that are taken at once: an expression each, which is compiled already. */
const AT_ONCE = 50

export interface ProgramFilesOptions {
  readonly ruleFiles: readonly string[]
  readonly responseFiles: readonly string[]
  readonly base: ProgramBase | Promise<ProgramBase>
  /** The expressions in force, most of which the next program has as well. @default none */
  readonly earlier?: () => CompiledExpressions
  /** Puts the rules and responses of the files in force, in one step. */
  readonly swap: (
    program: { readonly rules: readonly RuleGroup[]; readonly responses: readonly Response[] },
    expressions: CompiledExpressions,
  ) => void | Promise<void>
  /** Receives one line about the mistakes in the files, once per state of the files. */
  readonly warn: Warn
  readonly onFault: (error: unknown) => void
  /** How often the files are checked. @default 1000 */
  readonly pollMs?: number
}

/**
 * Rule and response files, read now and again whenever one of them changes. They are checked as a whole: either all of
 * them are put in force, or the program before stays.
 */
export class ProgramFiles implements Disposable {
  /** Settles when the files have been read for the first time, whatever came of it; never rejects. */
  readonly loaded: Promise<void>
  readonly #options: ProgramFilesOptions
  readonly #watch: Disposable
  readonly #turns = new Turns()
  #seen: readonly string[] | undefined
  #reported: string | undefined
  #hasLoaded = false
  #isClosed = false

  constructor(options: ProgramFilesOptions) {
    this.#options = options
    const { ruleFiles, responseFiles, pollMs } = options
    this.loaded = this.#loadNext()
    this.#watch = watchFiles([...ruleFiles, ...responseFiles], () => void this.#loadNext(), pollMs)
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
    this.#watch[Symbol.dispose]()
  }

  /** One after the other: the last word on disk is the last one in force. */
  #loadNext(): Promise<void> {
    return this.#turns.take('files', () => this.#load())
  }

  async #load(): Promise<void> {
    const { ruleFiles, responseFiles, earlier, swap, warn } = this.#options
    try {
      const [rules, responses] = await Promise.all([texts(ruleFiles), texts(responseFiles)])
      const seen = [...rules, ...responses].map(({ text }) => text)
      // Touched, or written anew with the same text.
      if (this.#isClosed || isSame(seen, this.#seen)) return
      this.#seen = seen
      const base = await this.#options.base
      const { readProgram } = await import('./program-reader.ts')
      const { errors, warnings, ...program } = await readProgram(rules, responses, base)
      if (errors.length > 0) throw new ProgramFilesError(errors, this.#hasLoaded)
      if (this.#isClosed) return
      const expressions = new CompiledExpressions(earlier?.())
      await swap(program, expressions)
      this.#hasLoaded = true
      this.#reported = undefined
      const found = serverOnlySelectors({ ...program, known: base.rules, compiler: expressions })
      const each = warnings.map(warning => [warning])
      reportLines(allOf(each, found), { now: warn, later: warn }, AT_ONCE, this.#options.onFault)
    } catch (error) {
      this.#fail(error instanceof ProgramFilesError ? error : new ProgramFilesError([error], this.#hasLoaded))
    }
  }

  #fail(error: ProgramFilesError): void {
    if (error.message === this.#reported) return
    this.#reported = error.message
    this.#options.warn(error.message)
    this.#options.onFault(error)
  }
}

function isSame(texts: readonly string[], before: readonly string[] | undefined): boolean {
  return texts.length === before?.length && texts.every((text, index) => text === before[index])
}

function texts(files: readonly string[]): Promise<FileText[]> {
  return Promise.all(files.map(async file => ({ file, text: await textOf(file) })))
}

/** @throws UnreadableFileError, IrregularFileError, FileTooLargeError */
async function textOf(file: string): Promise<string> {
  try {
    return await readRegularFile(file, LARGEST_BYTES)
  } catch (error) {
    if (ownMessage(error) !== undefined) throw error
    throw new UnreadableFileError(file, errorType(error), { cause: error })
  }
}

/** A file that the options name cannot be read. */
class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError'
  readonly code = 'HOMEOSTAT_UNREADABLE_FILE'

  /** @param reason - the code of the file system, e.g. `ENOENT` */
  constructor(file: string, reason: string, options: ErrorOptions) {
    super(`${file} cannot be read (${reason}); check its path and its permissions`, options)
  }
}
