import { resemblesOne } from '@homeostat/signals/options'
import type { Setting } from './application-facts.ts'

/** A variable with its value. A value is left out unless it is one of the allowed words, or close to one: it may be a secret. */
export function shownSetting(name: string, setting: Setting, words: Iterable<string>): string {
  const value = setting.value.trim()
  const known = [...words]
  const isShown = value.split(',').every(item => isWord(item.trim(), known))
  return isShown ? `${name}=${value} in ${setting.from}` : `${name} in ${setting.from} (its value is not shown)`
}

/** An address of a collector: scheme, host and port, without credentials, path and query. */
export function shownAddress(name: string, setting: Setting): string {
  const url = addressOf(setting)
  return `${name} in ${setting.from}${url ? ` (${url.protocol}//${url.host})` : ''}`
}

/** The value as an address of HTTP; undefined where it is not one. */
export function addressOf(setting: Setting): URL | undefined {
  return httpAddress(setting.value)
}

/** A text as an address of HTTP; undefined where it is not one. Node 20 has no `URL.parse`. */
export function httpAddress(text: string): URL | undefined {
  try {
    const url = new URL(text.trim())
    return /^https?:$/.test(url.protocol) ? url : undefined
  } catch {
    return undefined
  }
}

function isWord(text: string, known: readonly string[]): boolean {
  return /^-?\d{1,12}(?:ms|s|m|h)?$/.test(text) || known.includes(text) || resemblesOne(text, known)
}
