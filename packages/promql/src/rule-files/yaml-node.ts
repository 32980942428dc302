/** A value in a YAML text, with its place. A `YamlDocument` reads it; which library parsed it stays inside this package. */
export interface YamlNode {
  /** Offsets in the text: its start, the end of its value, and its own end. */
  readonly range?: readonly [start: number, valueEnd: number, end: number] | null | undefined
}

/** A single value: a text, a number, a flag or null. */
export interface YamlScalar extends YamlNode {
  readonly value: unknown
  /** The text as it was written. */
  readonly source?: string | undefined
  /** The style of the text, e.g. `PLAIN` without quotes. */
  readonly type?: string | undefined
}

/** A mapping; `YamlDocument.fields` reads what is in it. */
export interface YamlMapping extends YamlNode {
  readonly items: readonly unknown[]
}
