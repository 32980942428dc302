/**
 * Types whose bodies get smaller: text, and what is text below its name. Images, audio, video, fonts in WOFF and archives are compressed
 * already. The list follows `compressible` in mime-db (https://github.com/jshttp/mime-db) for the types that servers send.
 */
const COMPRESSIBLE =
  /^(?:text\/[\w.+-]+|[\w.+-]+\/[\w.+-]*\+(?:json|xml|text|yaml)|application\/(?:json|ld\+json|x-ndjson|ndjson|jsonl|json-seq|javascript|x-javascript|ecmascript|xml|xml-dtd|graphql|sql|wasm|x-www-form-urlencoded|x-sh|yaml|x-yaml|toml|rtf|postscript|vnd\.ms-fontobject|vnd\.api|manifest)|font\/(?:ttf|otf|collection)|image\/(?:bmp|svg\+xml|x-icon|vnd\.microsoft\.icon|x-ms-bmp)|application\/x-font-ttf|application\/font-sfnt)$/

const MOST_CHARS = 200

/** The type without its parameters, in lower case; undefined when the header holds none. */
export function essenceOf(contentType: unknown): string | undefined {
  if (typeof contentType !== 'string' || contentType.length > MOST_CHARS) return undefined
  const end = contentType.indexOf(';')
  const essence = (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase()
  return essence === '' ? undefined : essence
}

let last: { readonly contentType: unknown; readonly isCompressible: boolean } = {
  contentType: undefined,
  isCompressible: false,
}

/** Whether bodies of a `Content-Type` get smaller by compression. The last answer is remembered: most of a server's answers have one type. */
export function isCompressible(contentType: unknown): boolean {
  if (contentType !== last.contentType)
    last = { contentType, isCompressible: isCompressibleType(essenceOf(contentType)) }
  return last.isCompressible
}

/**
 * Whether bodies of a type get smaller by compression.
 *
 * @param essence - see {@link essenceOf}
 */
export function isCompressibleType(essence: string | undefined): boolean {
  return essence !== undefined && COMPRESSIBLE.test(essence)
}
