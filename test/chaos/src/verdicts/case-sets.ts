import { leakCases } from './cases/leak-cases.ts'
import { logNormalCases } from './cases/log-normal-cases.ts'
import { serviceCases } from './cases/service-cases.ts'
import type { VerdictCase } from './verdict-case.ts'

/** The cases of each run; a worker finds a case again by the name of its run and its index. */
export const caseSets = {
  verdicts: logNormalCases,
  services: serviceCases,
  palliative: leakCases,
} satisfies { readonly [run: string]: (short: boolean) => readonly VerdictCase[] }

export type CaseSet = keyof typeof caseSets
