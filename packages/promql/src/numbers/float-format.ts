/**
 * Floats as Go prints them, because label values (`le`, `count_values`) and alert annotations must read as they do in Prometheus.
 * https://pkg.go.dev/strconv#FormatFloat
 */

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN'
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : undefined
}

function digits(exponential: string): { sign: string; mantissa: string; exponent: number } {
  const [head = '0', tail = '0'] = exponential.split('e')
  const sign = head.startsWith('-') ? '-' : ''
  return { sign, mantissa: head.replace('-', '').replace('.', ''), exponent: Number(tail) }
}

function plain(sign: string, mantissa: string, exponent: number): string {
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${mantissa}`
  const whole = mantissa.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  const fraction = mantissa.slice(exponent + 1)
  return fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`
}

function scientific(sign: string, mantissa: string, exponent: number): string {
  const rest = mantissa.slice(1)
  const power = String(Math.abs(exponent)).padStart(2, '0')
  return `${sign}${mantissa[0] ?? '0'}${rest === '' ? '' : `.${rest}`}e${exponent < 0 ? '-' : '+'}${power}`
}

/** Go's `'f', -1`: never an exponent. Used for label values. */
export function formatPlain(value: number): string {
  const text = special(value)
  if (text !== undefined) return text
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const { sign, mantissa, exponent } = digits(value.toExponential())
  return plain(sign, mantissa, exponent)
}

/** Go's `%v` of a float64: the shortest form, with an exponent below 1e-4 and from 1e6. Used for `{{ $value }}`. */
export function formatFloat(value: number): string {
  const text = special(value)
  if (text !== undefined) return text
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const size = Math.abs(value)
  // Here JavaScript writes the same: the shortest digits that read back as the value, and no exponent.
  if (size >= 1e-4 && size < 1e6) return String(value)
  const { sign, mantissa, exponent } = digits(value.toExponential())
  return exponent < -4 || exponent >= 6 ? scientific(sign, mantissa, exponent) : plain(sign, mantissa, exponent)
}

/** Go's `%.Ng`: N significant digits, trailing zeros dropped. Used by the `humanize` functions. */
export function formatSignificant(value: number, precision: number): string {
  const text = special(value)
  if (text !== undefined) return text
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const { sign, mantissa, exponent } = digits(roundToEven(value, value.toExponential(precision - 1), precision))
  const short = mantissa.replace(/0+$/, '') || '0'
  return exponent < -4 || exponent >= precision ? scientific(sign, short, exponent) : plain(sign, short, exponent)
}

/** Go's `%.Nf`; where JavaScript turns to an exponent, at 1e21, Go does not. */
export function formatFixed(value: number, places: number): string {
  const text = special(value)
  if (text !== undefined) return text
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${places === 0 ? '' : `.${'0'.repeat(places)}`}`
  const rounded = value.toFixed(places)
  const { exponent } = digits(value.toExponential())
  return value === 0 ? rounded : roundToEven(value, rounded, exponent + 1 + places)
}

/**
 * A number exactly between two roundings goes to the even one in Go, away from zero in JavaScript: `%.2f` of 0.125 is 0.12.
 *
 * @param rounded what JavaScript says.
 * @param kept how many significant digits that has.
 */
function roundToEven(value: number, rounded: string, kept: number): string {
  const last = /\d(?=e|$)/.exec(rounded)
  if (last === null || Number(last[0]) % 2 === 0 || kept < 0 || kept > 60) return rounded
  // A float between two roundings has one digit more, a 5, and nothing after it.
  const { mantissa } = digits(value.toExponential(kept + 30))
  if (!/^50*$/.test(mantissa.slice(kept))) return rounded
  return rounded.slice(0, last.index) + String(Number(last[0]) - 1) + rounded.slice(last.index + 1)
}

/** OpenMetrics float: like `%g`, but a whole number keeps `.0` (`1.0`). */
export function formatOpenMetrics(value: number): string {
  const text = special(value)
  if (text !== undefined) return text
  const short = formatFloat(value)
  return /[.e]/.test(short) ? short : `${short}.0`
}
