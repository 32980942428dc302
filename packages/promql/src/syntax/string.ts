const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
}
const ESCAPE = /\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|([0-7]{3})|([abfnrtv\\'"]))/iy

/**
 * The value of a PromQL string literal with its quotes (Go's rules: double, single or back quotes), or `undefined` when
 * it is not closed or holds an unknown escape. `\xHH` and `\OOO` are bytes; bytes that are no UTF-8 become lone
 * surrogates U+DC80..U+DCFF, so that {@link isValidUtf8} finds them.
 */
export function unquote(text: string): string | undefined {
  const quote = text[0]
  if (quote === undefined || text.length < 2 || !text.endsWith(quote)) return undefined
  const body = text.slice(1, -1)
  if (quote === '`') return body.includes('`') ? undefined : body
  if (!body.includes('\\')) return body.includes('\n') ? undefined : body
  let out = ''
  let bytes: number[] = []
  const flush = (): void => {
    if (bytes.length > 0) out += decodeBytes(bytes)
    bytes = []
  }
  for (let i = 0; i < body.length;) {
    if (body[i] !== '\\') {
      flush()
      out += body[i]
      i += 1
      continue
    }
    ESCAPE.lastIndex = i
    const match = ESCAPE.exec(body)
    if (match === null) return undefined
    const [whole, hex, unicode, longUnicode, octal, simple] = match
    const point = unicode ?? longUnicode
    if (point === undefined) {
      bytes.push(byteOf(hex, octal, simple))
    } else {
      flush()
      const code = Number.parseInt(point, 16)
      if (code > 0x10_ff_ff) return undefined
      out += String.fromCodePoint(code)
    }
    i += whole.length
  }
  flush()
  return out
}

function byteOf(hex?: string, octal?: string, simple?: string): number {
  if (hex !== undefined) return Number.parseInt(hex, 16)
  if (octal !== undefined) return Number.parseInt(octal, 8) & 0xff
  return SIMPLE[simple ?? ''] ?? 0
}

function decodeBytes(bytes: readonly number[]): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))
  } catch {
    return bytes.map(byte => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('')
  }
}

/** Whether every escape in the string added up to valid UTF-8. */
export function isValidUtf8(text: string): boolean {
  return text.isWellFormed()
}

/** The string in double quotes as Go's `%q` shows it, bytes that are no UTF-8 as `\xHH`. */
export function quote(text: string): string {
  return JSON.stringify(text).replaceAll(/\\udc([89a-f][\da-f])/g, String.raw`\x$1`)
}
