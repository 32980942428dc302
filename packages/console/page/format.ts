import type { Unit } from '../src/wire/messages.ts'

const THREE = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })
const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })

/** A number in its unit, e.g. `12.3 %`, `480 ms`, `1.2 GB`. */
export function inUnit(value: number, unit: Unit): string {
  switch (unit) {
    case 'ratio':
      return `${THREE.format(value * 100)} %`
    case 'seconds':
      return seconds(value)
    case 'bytes':
      return bytes(value)
    case 'plain':
      return plain(value)
  }
}

function plain(value: number): string {
  const size = Math.abs(value)
  if (size >= 100_000) return COMPACT.format(value)
  return size >= 1000 || Number.isInteger(value) ? WHOLE.format(value) : THREE.format(value)
}

function seconds(value: number): string {
  const size = Math.abs(value)
  if (value === 0) return '0 s'
  if (size < 0.001) return `${THREE.format(value * 1e6)} µs`
  if (size < 1) return `${THREE.format(value * 1000)} ms`
  if (size < 120) return `${THREE.format(value)} s`
  return size < 7200 ? `${THREE.format(value / 60)} min` : `${THREE.format(value / 3600)} h`
}

function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.abs(value) || 1) / 3)))
  return `${THREE.format(value / 1000 ** power)} ${units[power]}`
}

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })

/** `14:03:27`. */
export function timeOf(ms: number): string {
  return TIME.format(ms)
}

/** `30 Nov, 14:03`. */
export function dayOf(ms: number): string {
  return DAY.format(ms)
}

/** `12 s`, `5 min`, `3 h`, `2 d`. */
export function duration(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1000))
  if (total < 120) return `${total} s`
  if (total < 7200) return `${Math.round(total / 60)} min`
  return total < 172_800 ? `${Math.round(total / 3600)} h` : `${Math.round(total / 86_400)} d`
}

/** `+12 %` or `-31 %`, for a change relative to what it was. */
export function percent(change: number): string {
  const text = THREE.format(Math.abs(change) * 100)
  return `${change < 0 ? '−' : '+'}${text} %`
}

/** `1 trial`, `3 trials`. */
export function count(number: number, one: string, many: string = `${one}s`): string {
  return `${WHOLE.format(number)} ${number === 1 ? one : many}`
}

/** With a capital letter. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** `CacheHitRatioLow` as people read it: `Cache hit ratio low`. */
export function inWords(name: string): string {
  return capital(name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase())
}
