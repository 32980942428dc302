import type { Receipt, UndoResult } from '@homeostat/optimizer'
import type { Finding } from '../../indexes/finding.ts'
import { bodyOf } from '../../indexes/index-definition.ts'
import type { IndexTrialEnd } from './index-trial.ts'
import type { DropResult } from './leftovers.ts'

const DROPPED: Readonly<Record<DropResult, string>> = {
  dropped: 'and dropped it',
  gone: 'which somebody has dropped',
  foreign: 'which somebody has taken over',
}

/** The receipt of a run that has built nothing. */
export function nothing(summary: string, problems: readonly string[]): Receipt {
  return { summary, effects: { built: 0 }, ...(problems.length > 0 && { problems: [...new Set(problems)] }) }
}

/**
 * What a trial of an index has done to the database.
 *
 * @param swept - what has become of an index that the trial has left; undefined where it may still be there
 */
export function receiptOf(
  { definition, statement }: Finding,
  end: IndexTrialEnd,
  swept: DropResult | undefined,
  undo: () => Promise<UndoResult>,
): Receipt {
  const what = `an index on ${definition.table.name} ${bodyOf(definition)} for ${statement.summary}`
  switch (end.kind) {
    case 'refused':
    case 'failed':
      return nothing(`did not create ${what}`, [end.reason])
    case 'dropped':
      return {
        ...tried(what, end.drop),
        judgement: end.judgement,
      }
    case 'left': {
      const { judgement, name, reason } = end
      if (swept !== undefined) return { ...tried(what, swept), judgement, problems: [reason] }
      return {
        summary: `built ${name}, which could not be dropped yet and is swept`,
        effects: { built: 1, dropped: 0 },
        judgement,
        problems: [reason, `${what} may still be there; drop it with DROP INDEX CONCURRENTLY if nobody does`],
        undo,
      }
    }
    case 'kept':
      return {
        summary: `created ${what}`,
        effects: { built: 1, kept: 1 },
        judgement: end.judgement,
        undo,
      }
  }
}

function tried(what: string, drop: DropResult): Pick<Receipt, 'summary' | 'effects'> {
  return { summary: `tried ${what} ${DROPPED[drop]}`, effects: { built: 1, dropped: drop === 'dropped' ? 1 : 0 } }
}
