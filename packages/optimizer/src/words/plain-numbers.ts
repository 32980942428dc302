/** A number as people read it: three digits that matter, whole numbers below a million as they are. */
export function plainNumber(value: number): string {
  if (!Number.isFinite(value)) return value.toLocaleString('en-US')
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return value.toLocaleString('en-US')
  if (Math.abs(value) >= 1e15 || (value !== 0 && Math.abs(value) < 1e-6)) return value.toExponential(2)
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 })
}

/** `12 s`, `5 min`, `3 h`, `2 d`. Rounded up, so that the time is over when the text says it is. */
export function plainDuration(ms: number): string {
  if (!Number.isFinite(ms)) return 'an unlimited time'
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 2 * 3600) return `${Math.ceil(seconds / 60)} min`
  return seconds < 2 * 86_400 ? `${Math.ceil(seconds / 3600)} h` : `${Math.ceil(seconds / 86_400)} d`
}
