import { percent } from '@homeostat/optimizer/judge'
import { LEAST_BLOCKS } from './beside.ts'
import { BLOCKS } from './call-times.ts'
import type { CreateIndexSettings } from './create-index-options.ts'
import { HARM } from './index-harm.ts'
import { ALPHA, WORTH, WORTH_ALONE } from './index-verdict.ts'

/** What the verdict on an index is about, in words. A response may lengthen both phases. */
export function ownEstimand({ baselineMs, verifyMs }: Pick<CreateIndexSettings, 'baselineMs' | 'verifyMs'>): string {
  const [before, after] = [baselineMs, verifyMs].map(ms => `${Math.round(ms / 1000)} s`)
  return [
    `the median time of a call of the statement, measured in this process, in ${BLOCKS} blocks of the ${before} before the build against ${BLOCKS} blocks of the ${after} with the index, each beside what statements of other tables took in that block (Wilcoxon, Mann and Whitney; ${percent(ALPHA)})`,
    `better from ${percent(WORTH)} on, and from ${percent(WORTH_ALONE)} where no other statements run`,
    `harm begins at ${percent(HARM)} for any other statement of the table that was called in ${LEAST_BLOCKS} blocks or more of each`,
  ].join('; ')
}
