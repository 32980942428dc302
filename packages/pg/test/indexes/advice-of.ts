import type { Advice, Receipt } from '@homeostat/optimizer'
import { copyReceipt } from '@homeostat/optimizer/parts'
import pgDriver from 'pg'
import { createQueryOptimize } from '../../src/domain.ts'
import { PgInstrumentation } from '../../src/index.ts'
import { originOfPool } from '../../src/signals/origin.ts'

/** A statement as the application sends it. */
export interface Sent {
  readonly text: string
  readonly values?: readonly unknown[] | undefined
  readonly searchPath?: string | undefined
  readonly settings?: Readonly<Record<string, string>>
}

/** The receipt of `query.optimize` for one slow statement, with its advice to create indexes only. */
export async function receiptFor(pool: pgDriver.Pool, sent: Sent): Promise<Receipt> {
  const { advice, ...rest } = await wholeReceiptFor(pool, sent)
  const indexes = advice?.filter(({ what }) => what.startsWith('create an index')) ?? []
  return { ...rest, ...(indexes.length > 0 && { advice: indexes }) }
}

/** The receipt of `query.optimize` for one slow statement, as a reader gets it: nothing of it may be cut. */
export async function wholeReceiptFor(
  pool: pgDriver.Pool,
  { text, values = [], searchPath, settings }: Sent,
): Promise<Receipt> {
  const instrumentation = new PgInstrumentation()
  const session = { settings: { ...settings, ...(searchPath !== undefined && { search_path: searchPath }) } }
  const run = { text, summary: 'SLOW', values, durationMs: 100, origin: originOfPool(pool as never), ...session }
  instrumentation.slowStatements.add(run, Date.now())
  const firing = { alert: 'SlowQueries', labels: {}, annotations: {}, value: 1, since: 0 }
  const context = { firing, options: undefined, now: Date.now(), signal: AbortSignal.timeout(60_000), sliceMs: 5 }
  const cut: Error[] = []
  const receipt = copyReceipt(await createQueryOptimize(instrumentation).run(context), error => cut.push(error))
  if (receipt === undefined || cut.length > 0) throw new Error(`the receipt was cut: ${cut.join()}`)
  return receipt
}

/** What the statements of advice create, as `table (keys)`. */
export function bodiesOf(advice: readonly Advice[] = []): string[] {
  return advice.map(({ what }) => /index on (?:\w+\.)?(.*) for SLOW/.exec(what)?.[1] ?? what).toSorted()
}
