import { realpathSync } from 'node:fs'
import { relative, sep } from 'node:path'
import { readRegularFileSync } from '@homeostat/signals'

/** A larger file is not read. */
export const LARGEST_BYTES: number = 2 * 1024 * 1024
const MOST_FILES = 20_000
const MOST_NOTES = 20

/** Reads files of an application: regular ones, up to a size and a number. It never throws and never waits. */
export class FileReading {
  readonly root: string
  readonly notes: string[] = []
  #files = 0

  constructor(folder: string) {
    this.root = this.realPath(folder) ?? folder
  }

  /** Undefined where the file does not exist or cannot be read; a note reports the latter. */
  text(path: string): string | undefined {
    if (++this.#files > MOST_FILES) {
      if (this.#files === MOST_FILES + 1) this.note(`reading stopped after ${MOST_FILES} files`)
      return undefined
    }
    try {
      return readRegularFileSync(path, LARGEST_BYTES)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'ENOENT' && code !== 'ENOTDIR') this.note(`${this.shown(path)} was not read: ${code ?? 'an error'}`)
      return undefined
    }
  }

  /** Undefined where the file is missing or is not a JSON object. */
  json(path: string): Readonly<Record<string, unknown>> | undefined {
    const text = this.text(path)
    if (text === undefined) return undefined
    try {
      const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
      if (isRecord(value)) return value
    } catch {
      // The note below says all that matters; the error's message would quote the file.
    }
    this.note(`${this.shown(path)} is not a JSON object`)
    return undefined
  }

  realPath(path: string): string | undefined {
    try {
      return realpathSync(path)
    } catch {
      return undefined
    }
  }

  /** Whether a path, with links followed, is inside the application's folder. */
  isInside(path: string): boolean {
    const real = this.realPath(path)
    return real !== undefined && (real === this.root || real.startsWith(this.root + sep))
  }

  /** Relative to the application's folder. */
  shown(path: string): string {
    return relative(this.root, path) || '.'
  }

  note(text: string): void {
    if (this.notes.length < MOST_NOTES && !this.notes.includes(text)) this.notes.push(text)
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function textAt(record: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = Object.hasOwn(record, key) ? record[key] : undefined
  return typeof value === 'string' ? value : undefined
}

/** The texts in an object of texts, such as `scripts`; others are left out. */
export function textsAt(record: Readonly<Record<string, unknown>>, key: string): Map<string, string> {
  const value = Object.hasOwn(record, key) ? record[key] : undefined
  const entries = isRecord(value) ? Object.entries(value) : []
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
