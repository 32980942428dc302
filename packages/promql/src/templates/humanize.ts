import { formatSignificant } from '../numbers/float-format.ts'

const LARGE = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
const SMALL = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y']
const BINARY = ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi']

function scaleUp(value: number, base: number, prefixes: readonly string[]): string {
  let scaled = value
  let prefix = ''
  for (const next of prefixes) {
    if (Math.abs(scaled) < base) break
    prefix = next
    scaled /= base
  }
  return formatSignificant(scaled, 4) + prefix
}

function scaleDown(value: number): string {
  let scaled = value
  let prefix = ''
  for (const next of SMALL) {
    if (Math.abs(scaled) >= 1) break
    prefix = next
    scaled *= 1000
  }
  return formatSignificant(scaled, 4) + prefix
}

function plainOrZero(value: number): boolean {
  return value === 0 || !Number.isFinite(value)
}

export function humanize(value: number): string {
  if (plainOrZero(value)) return formatSignificant(value, 4)
  return Math.abs(value) >= 1 ? scaleUp(value, 1000, LARGE) : scaleDown(value)
}

export function humanize1024(value: number): string {
  return plainOrZero(value) || Math.abs(value) <= 1 ? formatSignificant(value, 4) : scaleUp(value, 1024, BINARY)
}

export function humanizePercentage(value: number): string {
  return `${formatSignificant(value * 100, 4)}%`
}

export function humanizeDuration(seconds: number): string {
  if (plainOrZero(seconds)) return seconds === 0 ? '0s' : formatSignificant(seconds, 4)
  if (Math.abs(seconds) < 1) return `${scaleDown(seconds)}s`
  const sign = seconds < 0 ? '-' : ''
  const total = Math.trunc(Math.abs(seconds))
  const s = total % 60
  const m = Math.trunc(total / 60) % 60
  const h = Math.trunc(total / 3600) % 24
  const d = Math.trunc(total / 86_400)
  if (d !== 0) return `${sign}${d}d ${h}h ${m}m ${s}s`
  if (h !== 0) return `${sign}${h}h ${m}m ${s}s`
  if (m !== 0) return `${sign}${m}m ${s}s`
  return `${sign}${formatSignificant(Math.abs(seconds), 4)}s`
}

/** Seconds since the epoch as Go prints a time: `2006-01-02 15:04:05.999 +0000 UTC`, to the millisecond. */
export function humanizeTimestamp(seconds: number): string {
  const date = new Date(Math.trunc(seconds * 1000))
  if (Number.isNaN(date.getTime())) return formatSignificant(seconds, 4)
  const [day = '', time = ''] = date.toISOString().split('T')
  return `${day} ${time.replace('Z', '').replace(/\.?0+$/, tail => (tail.startsWith('.') ? '' : tail.replace(/0+$/, '')))} +0000 UTC`
}
