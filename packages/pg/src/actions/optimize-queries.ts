import type { Action, ActionContext, Advice, Receipt } from '@homeostat/optimizer'
import { counted } from '@homeostat/signals'
import type { Causes } from '../diagnosis/diagnose.ts'
import { heldAnswers, repeats } from '../diagnosis/in-process.ts'
import type { SeenLockWaits } from '../diagnosis/seen-lock-waits.ts'
import { TimeElsewhere } from '../diagnosis/time-elsewhere.ts'
import { NothingExaminedError } from '../errors.ts'
import { loadGrammar, type Grammar } from '../grammar.ts'
import { groupBy } from '../indexes/grouping.ts'
import { indexAdvice } from '../indexes/index-advice.ts'
import type { PgInstrumentation } from '../instrumentation.ts'
import { AdvisedIndexes, isFollowed, statementFor } from './advised-indexes.ts'
import { DedicatedClient } from './dedicated-client.ts'
import { findIndexes, placed, type Outcome } from './find-indexes.ts'
import { OPTIMIZE_DEFAULTS, type QueryOptimizeOptions } from './optimize-defaults.ts'
import { isRefusal } from './problem.ts'

const GRAMMAR_MISSING =
  'without the package libpg-query, only comparisons of columns in sequential scans are read: install it for the other indexes'

/** @param lockWaits - the waits for locks that were seen while statements were slow */
export function optimizeQueries(
  instrumentation: PgInstrumentation,
  defaults: QueryOptimizeOptions,
  lockWaits: SeenLockWaits,
): Action<QueryOptimizeOptions> {
  const advised = new AdvisedIndexes()
  const elsewhere = new TimeElsewhere()
  let grammar: Promise<Grammar | undefined> | undefined
  return {
    name: 'query.optimize',
    kind: 'advice',
    // Planning reads the catalog only: every process may do it at any time.
    scope: 'process',
    touches: ['database'],
    raises: [],
    lowers: ['latency'],
    risk: 0,
    run: async context => {
      // Loaded once, and not before there is something to examine: it takes some megabytes.
      grammar ??= loadGrammar()
      const options = { ...defaults, ...context.options }
      return optimize(instrumentation, context, options, { advised, elsewhere, lockWaits }, await grammar)
    },
    followed: async (given, { signal }) => followedOf(instrumentation, given, advised, signal, await grammar),
  }
}

async function optimize(
  instrumentation: PgInstrumentation,
  context: ActionContext,
  options: QueryOptimizeOptions,
  known: Omit<Causes, 'found' | 'began'> & { readonly advised: AdvisedIndexes },
  grammar: Grammar | undefined,
): Promise<Receipt> {
  const { advised, elsewhere, lockWaits } = known
  const began = performance.now()
  const causes: Causes = { found: [], elsewhere, lockWaits, began }
  const outcome = await findIndexes(instrumentation, context, options, grammar, causes)
  const { signal } = context
  const since = began - (options.withinMs ?? OPTIMIZE_DEFAULTS.withinMs)
  const waits = lockWaits.adviceSince(since, began)
  causes.found.unshift(...waits.flatMap(([origin, advice]) => placed([advice], origin, outcome)))
  causes.found.push(...repeats(instrumentation.repeatedStatements.since(since)))
  if (instrumentation.heldAnswers.lastAt >= since) causes.found.push(...heldAnswers(instrumentation.heldAnswers))
  if (outcome.statements === 0 && causes.found.length === 0 && outcome.problems.length > 0 && !signal.aborted)
    throw new NothingExaminedError(outcome.problems)
  if (grammar === undefined && outcome.plans > 0) outcome.problems.push(GRAMMAR_MISSING)
  advised.remember(outcome.findings, outcome.namesDatabases)
  return receipt(outcome, context)
}

/** The pieces of advice that somebody has followed. A database that does not answer now is asked again later. */
async function followedOf(
  instrumentation: PgInstrumentation,
  given: readonly Advice[],
  advised: AdvisedIndexes,
  signal: AbortSignal,
  grammar: Grammar | undefined,
): Promise<Advice[]> {
  const known = given.flatMap(advice => {
    const index = advised.of(advice)
    return index === undefined ? [] : [{ advice, index }]
  })
  const slow = instrumentation.slowStatements.top(Infinity, -Infinity)
  const followed: Advice[] = []
  for (const group of groupBy(known, ({ index }) => index.origin.key ?? index.origin.address).values()) {
    let client: DedicatedClient | undefined
    try {
      client = await DedicatedClient.connect(group.at(-1)!.index.origin, signal, own => instrumentation.ignore(own))
      for (const { advice, index } of group) {
        const isIt = await isFollowed(client, index, statementFor(index, slow), grammar).catch((error: unknown) => {
          // The server refuses this statement, and may answer about the others.
          if (isRefusal(error)) return false
          throw error
        })
        if (isIt) followed.push(advice)
      }
    } catch {
      if (signal.aborted) return followed
    } finally {
      await client?.close()
    }
  }
  return followed
}

function receipt(
  { slow, statements, plans, findings, problems, causes, namesDatabases }: Outcome,
  { now, signal: { aborted } }: Pick<ActionContext, 'now' | 'signal'>,
): Receipt {
  const lacking = indexAdvice(findings, namesDatabases, now)
  const others = distinct(causes?.found ?? [])
  const indexes = lacking.length
  const helps = indexes === 0 ? 'no missing index found' : `${counted(indexes, 'index', 'indexes')} would help`
  const also = others.length === 0 ? '' : `; ${counted(others.length, 'other fault')} found`
  return {
    summary:
      slow === 0
        ? `no slow statement to examine${also}`
        : `examined ${statements} of ${counted(slow, 'slow statement')}: ${helps}${also}${aborted ? ' (stopped early)' : ''}`,
    effects: { statements, plans, indexes, ...(others.length > 0 && { causes: others.length }) },
    ...(indexes + others.length > 0 ? { advice: [...lacking, ...others] } : undefined),
    ...(problems.length > 0 ? { problems: [...new Set(problems)] } : undefined),
  }
}

/** Two statements may have one cause. */
function distinct(causes: readonly Advice[]): readonly Advice[] {
  return [...new Map(causes.map(each => [each.statement ?? each.what, each])).values()]
}
