import { cutName, foldName } from '../../postgres-names.ts'
import { isDeniedFunction } from './denied-functions.ts'

/** Words in a body that are no calls although they begin like denied functions. */
const HARMLESS_WORDS = new Set(['pg_catalog', 'current_date', 'current_time', 'current_timestamp'])
/** What belongs to the session or to this server. A column may be called `"user"`, or stand behind the name of its table. */
const SESSION = /(?<![\w."\u0080-\u{10ffff}])user(?![\w"\u0080-\u{10ffff}])|information_schema/iu
/** An identifier without quotes, as the scanner of Postgres reads it: every character beyond ASCII is a letter. */
const WORD = /[a-z_\u0080-\u{10ffff}][\w$\u0080-\u{10ffff}]*/giu
/** Operators that SQL has words for: LIKE, IN, BETWEEN, CASE and others. */
const UNWRITTEN = new Set(['=', '<>', '<', '>', '<=', '>=', '~~', '!~~', '~~*', '!~~*', '~'])

/** What the definition of a function may refer to. It is not parsed, as it may hold any language: a name may stand anywhere in it. */
export class FunctionBody {
  readonly names: ReadonlySet<string>
  /** Whether it may reach what its words do not say. */
  readonly isOpaque: boolean
  readonly #source: string

  constructor(source: string) {
    // A word may end where the quotes of the body do, as in `$function$SELECT name FROM shops$function$`.
    const words = (source.match(WORD) ?? [])
      .map(foldName)
      .flatMap(word => (word.includes('$') ? [word, ...word.split('$')] : word))
    // Each part between two quotes may be an identifier: a quote may also belong to a text.
    const quoted = source.split('"').slice(1)
    this.#source = source
    this.names = new Set([...words, ...quoted].map(cutName))
    // A name that is put together at run time, or is written with escapes, is not among them.
    this.isOpaque =
      this.names.has('execute') ||
      /u&|""/i.test(source) ||
      SESSION.test(source) ||
      words.some(word => isDeniedFunction(word) && !HARMLESS_WORDS.has(word))
  }

  /** Whether it may use an operator. */
  mayUse(operator: string): boolean {
    return UNWRITTEN.has(operator) || this.#source.includes(operator)
  }
}
