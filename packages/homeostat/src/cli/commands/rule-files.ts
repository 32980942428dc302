import type { CommandOption } from '../command-option.ts'
import { checkGivenPath } from '../given-path.ts'
import type { CommandOutput } from '../output.ts'

/** Options of the commands that read rule files, as promtool has them. */
export const ruleFileOptions: {
  readonly 'ignore-unknown-fields': CommandOption & { readonly type: 'boolean' }
  readonly 'enable-feature': CommandOption & { readonly type: 'string'; readonly isRepeatable: true }
} = {
  'ignore-unknown-fields': {
    type: 'boolean',
    description: 'For rule files with fields that Prometheus does not have.',
  },
  'enable-feature': {
    type: 'string',
    valueHint: 'LIST',
    isRepeatable: true,
    description: 'promql-experimental-functions. (promql-delayed-name-removal is always on.)',
  },
}

const FEATURES = ['promql-experimental-functions', 'promql-delayed-name-removal', '']

/** Returns whether `--enable-feature` turns experimental functions on. Warns of an unknown feature, as promtool does. */
export function isExperimental(lists: readonly string[], output: CommandOutput): boolean {
  const features = lists.flatMap(list => list.split(','))
  for (const feature of features.filter(each => !FEATURES.includes(each)))
    output.out(`  WARNING: Unknown feature passed to --enable-feature: ${feature}`)
  return features.includes('promql-experimental-functions')
}

/** @throws WrongCallError if one of the files does not exist, or is a folder */
export function checkExist(files: readonly string[]): void {
  for (const file of files) checkGivenPath(file, 'source')
}
