import type { QueryShape } from './driver.ts'
import { ownString } from './kept-values.ts'

/** Settings of a session by name, in lower case. */
export type Settings = Readonly<Record<string, string>>

export const NO_SETTINGS: Settings = Object.freeze({})

/** Settings that decide which table a name means, who reads it, or which plan is chosen; and the application's own, which policies read. */
const FOLLOWED =
  /^(?:search_path|role|enable_\w+|random_page_cost|seq_page_cost|effective_cache_size|work_mem|plan_cache_mode|[a-z_]\w*\.[a-z_][\w.]*)$/
const COMMAND =
  /^\s*(?:set|reset|begin|start|commit|end|rollback|abort|discard|select\s+(?:pg_catalog\.)?set_config)\b/i
const SET = /^\s*set\s+(?:(session|local)\s+)?(?:(role)\s+|([\w.]+)\s*(?:=|\bto\b)\s*)(\S[^]*)$/i
const SET_CONFIG =
  /\bset_config\s*\(\s*(\$\d+|'[^']*')(?:::\w+)?\s*,\s*(\$\d+|'(?:[^']|'')*')(?:::\w+)?\s*,\s*(\$\d+|true|false|'\w+')/gi
const COMMENTS = /^(?:\s|\/\*[^]*?\*\/|--.*\n)+/
const LONGEST_TEXT = 2_000
const LONGEST_VALUE = 500
const MOST_SETTINGS = 30

/**
 * Follows what the application sets for a session by `SET`, `RESET` and `set_config`, as far as it decides what a statement means. A
 * setting within a transaction ends with it as Postgres ends it.
 */
export class SessionSettings {
  #session = NO_SETTINGS
  #local = NO_SETTINGS
  /** Those of the session when the transaction began. */
  #before: Settings | undefined

  /** Those in force. */
  get settings(): Settings {
    return this.#local === NO_SETTINGS ? this.#session : { ...this.#session, ...this.#local }
  }

  get inTransaction(): boolean {
    return this.#before !== undefined
  }

  /** A statement has succeeded: to be called for those that {@link mayBeCommand} lets through. */
  note({ text, values }: QueryShape): void {
    if (text === undefined || text.length > LONGEST_TEXT) return
    const command = text.replace(COMMENTS, '')
    if (COMMAND.test(command)) for (const each of command.split(';')) this.#note(each, values)
  }

  #note(text: string, values: unknown): void {
    const word = /^\s*(\w+)/.exec(text)?.[1]?.toLowerCase() ?? ''
    switch (word) {
      case 'begin':
      case 'start':
        this.#before ??= this.#session
        break
      case 'commit':
      case 'end':
        this.#endTransaction(this.#session)
        break
      case 'rollback':
      case 'abort':
        if (!/^\s*rollback\s+(?:work\s+|transaction\s+)?to\b/i.test(text))
          this.#endTransaction(this.#before ?? this.#session)
        break
      case 'discard':
        if (/\ball\b/i.test(text)) this.#session = NO_SETTINGS
        break
      case 'reset':
        this.#reset(/^\s*reset\s+(\w+)/i.exec(text)?.[1]?.toLowerCase())
        break
      case 'set': {
        const [, scope, role, name, value = ''] = SET.exec(text) ?? []
        const known = role ?? name
        if (known) this.#set(known.toLowerCase(), listOf(value), scope?.toLowerCase() === 'local')
        break
      }
      case 'select':
        for (const call of text.matchAll(SET_CONFIG)) {
          const [, name, value, local] = call.map(each => argumentOf(each, values))
          if (typeof name !== 'string') continue
          const isLocal = /^(?:true|t|on|1)$/i.test(String(local))
          this.#set(name.toLowerCase(), typeof value === 'string' ? value : undefined, isLocal)
        }
    }
  }

  #set(name: string, value: string | undefined, isLocal: boolean): void {
    if (!FOLLOWED.test(name) || value === undefined || value.length > LONGEST_VALUE) return
    if (/^default$/i.test(value) || (name === 'role' && /^none$/i.test(value))) return this.#reset(name)
    if (!(name in this.settings) && Object.keys(this.settings).length >= MOST_SETTINGS) return
    const setting = { [name]: ownString(value) }
    if (!isLocal) this.#session = { ...this.#session, ...setting }
    // Without a transaction it has no effect.
    if (this.#before !== undefined && (isLocal || name in this.#local)) this.#local = { ...this.#local, ...setting }
  }

  #reset(name: string | undefined): void {
    if (name === undefined || name === 'all') this.#session = NO_SETTINGS
    else {
      const { [name]: _, ...rest } = this.#session
      this.#session = rest
    }
  }

  #endTransaction(session: Settings): void {
    this.#session = session
    this.#local = NO_SETTINGS
    this.#before = undefined
  }
}

/**
 * Whether a statement may change the session, by its first letters alone, since this is asked of every one: SET and START, not SELECT;
 * DISCARD, not DELETE; the others are rare.
 */
export function mayBeCommand(text: string | undefined): boolean {
  if (text === undefined) return false
  let at = 0
  while (text.charCodeAt(at) <= 32) at++
  // Behind a comment.
  while (text.charCodeAt(at) === 47 || text.charCodeAt(at) === 45) {
    const end = text.startsWith('/*', at) ? text.indexOf('*/', at) + 1 : text.indexOf('\n', at)
    if (end <= 0) return false
    at = end + 1
    while (text.charCodeAt(at) <= 32) at++
  }
  switch (letterAt(text, at)) {
    case 115: // s: SET, START, SELECT set_config
      return letterAt(text, at + 2) !== 108 || isFunctionOfSettings(letterAt(text, at + 7))
    case 100: // d
      return letterAt(text, at + 2) === 115
    case 98: // b
    case 99: // c
    case 114: // r
    case 101: // e
    case 97: // a
      return true
    default:
      return false
  }
}

function letterAt(text: string, at: number): number {
  return text.charCodeAt(at) | 32
}

/** The first letter of `set_config` or of `pg_catalog.`. */
function isFunctionOfSettings(letter: number): boolean {
  return letter === 115 || letter === 112
}

/** `a, "B", 'c'` as `set_config` takes it; undefined for what is more than a list of names. */
function listOf(text: string): string | undefined {
  const items = text.trim().match(/"(?:[^"]|"")*"|'[^']*'|[\w$.-]+|,|[^\s]/g) ?? []
  const names = items.filter((_, at) => at % 2 === 0)
  const isList =
    items.length % 2 === 1 && items.every((item, at) => (at % 2 === 0 ? /^["'\w$.-]/.test(item) : item === ','))
  if (!isList) return undefined
  if (names.length === 1 && names[0]!.startsWith("'")) return names[0]!.slice(1, -1)
  return names.map(name => (name.startsWith("'") ? `"${name.slice(1, -1).replaceAll('"', '""')}"` : name)).join(', ')
}

function argumentOf(text: string, values: unknown): unknown {
  const number = /^\$(\d+)$/.exec(text)?.[1]
  if (number !== undefined)
    return Array.isArray(values) ? (values as readonly unknown[])[Number(number) - 1] : undefined
  return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text
}
