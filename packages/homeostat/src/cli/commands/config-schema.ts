import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Command, command } from '../command-definition.ts'
import { checkNoOperand } from './operand.ts'

/** `homeostat config schema`. */
export const configSchemaCommand: Command = command(
  {
    words: 'config schema',
    operands: '',
    summary: 'Prints the JSON Schema of the options, for editors and for checks of homeostat.yaml.',
    examples: ['homeostat config schema > homeostat.schema.json'],
    options: {},
  },
  ({ files, output }) => {
    checkNoOperand(files)
    const file = createRequire(import.meta.url).resolve('homeostat/options.schema.json')
    output.out(JSON.stringify(JSON.parse(readFileSync(file, 'utf8')), undefined, 2))
    return 0
  },
)
