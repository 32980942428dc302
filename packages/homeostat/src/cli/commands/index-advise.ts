import { type Command, command } from '../command-definition.ts'
import { WrongCallError } from '../wrong-call-error.ts'
import { checkNoOperand } from './operand.ts'

const FORMATS = ['text', 'json', 'sql'] as const

/** `homeostat index advise`. */
export const indexAdviseCommand: Command = command(
  {
    words: 'index advise',
    operands: '--from SOURCE [OPTION...]',
    summary: 'Finds the indexes that recorded statements lack, for applications that do not run Homeostat.',
    details: `SOURCE is pg_stat_statements, or a log of the server with durations (log_min_duration_statement) in the format stderr, csvlog or jsonlog and with messages in English (lc_messages = 'C'); "-" is standard input. Plans that auto_explain has logged are passed over. The database is only asked for plans, in transactions that cannot write; nothing is created. It needs the package pg, and finds more with libpg-query, in the folder where it runs. With the extension hypopg the planner is asked about each index; without it, costs are estimated from statistics. pg_stat_statements has no values of parameters: those are taken from statistics too, and the advice says so. Ctrl+C ends it with what was found by then.`,
    examples: [
      'homeostat index advise --from pg_stat_statements --database postgres://localhost/shop',
      'DATABASE_URL=postgres://localhost/shop homeostat index advise --from postgresql.log --json',
      'zcat postgresql.csv.gz | homeostat index advise --from - --format=sql > indexes.sql',
    ],
    exitCodes: '0 if no index is missing, 1 if one would help',
    wrongCalls: 'a SOURCE or a database that cannot be read, or no statement that the database explains',
    options: {
      from: { type: 'string', valueHint: 'SOURCE', description: 'pg_stat_statements, a log file, or "-".' },
      database: {
        type: 'string',
        valueHint: 'URL',
        description:
          'The database of the statements. Default DATABASE_URL, else PGHOST, PGDATABASE and their kin. Other users of the machine see what stands here: better not a password.',
      },
      schema: {
        type: 'string',
        valueHint: 'NAME',
        isRepeatable: true,
        description: 'Only tables of this schema get indexes, and names without a schema are looked up in it.',
      },
      limit: {
        type: 'string',
        valueHint: 'NUMBER',
        description: 'Examines so many statements, those with the most time in total. Default 50.',
      },
      format: {
        type: 'string',
        valueHint: 'FORMAT',
        description: 'text, json, or sql: the statements that create the indexes, and undo them in comments.',
      },
      json: { type: 'boolean', description: 'The same as --format=json.' },
    },
  },
  async ({ values, files, output }) => {
    checkNoOperand(files)
    const { from, database, schema = [], json = false } = values
    if (from === undefined) throw new WrongCallError("required option '--from' not provided")
    const { runIndexAdvise } = await import('../index-advise.ts')
    const limit = limitOf(values.limit)
    return runIndexAdvise({ from, database, schemas: schema, format: formatOf(values.format, json), limit }, output)
  },
)

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit >= 1 && limit <= 1_000) return limit
  throw new WrongCallError(`'--limit' must be a whole number from 1 to 1000, got '${text}'`)
}

function formatOf(text: string | undefined, isJson: boolean): (typeof FORMATS)[number] {
  const format = FORMATS.find(each => each === (text ?? (isJson ? 'json' : 'text')))
  if (format === undefined) throw new WrongCallError(`'--format' must be text, json or sql, got '${text ?? ''}'`)
  if (isJson && format !== 'json') throw new WrongCallError(`give --json or --format=${format}, not both`)
  return format
}
