/** `+58 %`, `-9.1 %`: a relative change for people; `+4.2x` style once it is beyond tenfold. */
export function relativeChange(ratio: number): string {
  if (!Number.isFinite(ratio)) return 'any change'
  if (ratio >= 10) return `${digits(ratio)}x`
  const percent = (ratio - 1) * 100
  return `${percent < 0 ? '' : '+'}${digits(percent)} %`
}

/** A share of all, `0.52 %`. */
export function share(value: number): string {
  return `${digits(value * 100)} %`
}

/** Two significant digits for small numbers, whole ones for large, without an exponent where it can be helped. */
export function digits(value: number): string {
  return Math.abs(value) >= 10 ? String(Math.round(value)) : String(+value.toPrecision(2))
}

/** A measured value, three significant digits. */
export function measured(value: number): string {
  return String(+value.toPrecision(3))
}
