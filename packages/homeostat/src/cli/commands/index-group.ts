import { type Command, commandGroup } from '../command-definition.ts'

/** `homeostat index`. */
export const indexCommand: Command = commandGroup(
  {
    words: 'index',
    operands: 'advise [OPTION...]',
    summary: 'Finds the indexes that a Postgres database lacks.',
    examples: ['homeostat index advise --from pg_stat_statements --database postgres://localhost/shop'],
  },
  { advise: async () => (await import('./index-advise.ts')).indexAdviseCommand },
)
