/** Types that take their value in front of a literal, as in `interval '1 day'`. */
const TYPES =
  'interval|date|timestamptz|timestamp|timetz|time|uuid|jsonb|json|numeric|decimal|float[48]?|real|double\\s+precision|int[248]?|integer|bigint|smallint|bool|boolean|text|varchar|inet|cidr|bytea'
/** Texts and names in quotes are passed over, so that nothing within them is taken for a type. */
const QUOTED = `'(?:[^']|'')*'|"(?:[^"]|"")*"`
const TYPED = `\\b(${TYPES})(\\s*\\(\\s*\\d+\\s*\\))?(\\s+with(?:out)?\\s+time\\s+zone)?\\s+(\\$\\d+)(?:\\s+(year|month|day|hour|minute|second)\\b)?`
const EXTRACT = `\\bextract\\s*\\(\\s*(\\$\\d+)\\s+from\\b`
const PIECES = new RegExp(`${QUOTED}|${TYPED}|${EXTRACT}`, 'gi')

/**
 * A text of pg_stat_statements that the server takes again: a number in place of each literal gives `interval $1` and `extract($1 from x)`, which
 * are no SQL.
 */
export function preparable(text: string): string {
  return text.replaceAll(
    PIECES,
    (
      whole: string,
      type?: string,
      length?: string,
      zone?: string,
      parameter?: string,
      unit?: string,
      field?: string,
    ): string => {
      if (field !== undefined) return `pg_catalog.date_part(${field},`
      if (type === undefined || parameter === undefined) return whole
      return `CAST(${parameter} AS ${type}${zone === undefined ? (length ?? '') : `${length ?? ''}${zone}`}${unit === undefined ? '' : ` ${unit}`})`
    },
  )
}
