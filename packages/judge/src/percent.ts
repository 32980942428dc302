/** Two significant digits for small numbers, whole ones for large: `0.52`, `9.1`, `58`; smaller than 0.005 is 0. */
function digits(value: number): string {
  if (Math.abs(value) < 0.005) return '0'
  return Math.abs(value) >= 10 ? String(Math.round(value)) : String(+value.toPrecision(2))
}

/** A share of all, for people: `0.52 %`. */
export function percent(share: number): string {
  return `${digits(share * 100)} %`
}

/** By how much something changed, for people: `+58 %`, `-9.1 %`. */
export function percentChange(change: number): string {
  if (!Number.isFinite(change)) return change > 0 ? 'any rise' : 'any fall'
  const text = percent(change)
  return change > 0 && text !== percent(0) ? `+${text}` : text
}

/** A ratio as a change, for people: `+58 %`, `-9.1 %`, from tenfold on `12x`, and `any change` where it began at nothing. */
export function relativeChange(ratio: number): string {
  if (!Number.isFinite(ratio)) return 'any change'
  return ratio >= 10 ? `${digits(ratio)}x` : percentChange(ratio - 1)
}

/** A measured value, for people: three significant digits. */
export function measured(value: number): string {
  return String(+value.toPrecision(3))
}
