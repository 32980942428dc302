import { parseArgs } from 'node:util'
import { isFound, medianGain, startCorpus } from '../corpus-answers.ts'
import { CASES } from '../corpus.ts'
import { measureAdvice, type Measured } from '../measure-advice.ts'
import type { Answered } from './adviser.ts'
import { HYPOPG_ADVISERS } from './hypopg-advisers.ts'
import { OWN_ADVISERS } from './own-advisers.ts'

// `npm run advisers`: what advisers answer to the slow statements of the corpus. All indexes are built and measured.

const { values } = parseArgs({ options: { verbose: { type: 'boolean' }, cases: { type: 'string' } } })
const cases = CASES.filter(({ name }) => values.cases === undefined || new RegExp(values.cases).test(name))
const { db, pool } = await startCorpus({ hypopg: true })
await pool.query('CREATE EXTENSION pg_stat_statements')

/** Advisers often give the same answer, and building takes long. */
const known = new Map<string, Measured>()

async function measure(at: number, answered: readonly Answered[]): Promise<Measured> {
  const key = JSON.stringify([at, answered.map(({ body }) => body).toSorted()])
  const found = known.get(key)
  if (found) return found
  const advice = answered.map(({ body, create, undo, isReference }) => ({
    what: body,
    // The check of a reference does not show in the plan.
    why: `${isReference ? 'searched for references; ' : ''}undo it with ${undo}`,
    statement: create,
  }))
  let measured: Measured
  try {
    measured = await measureAdvice(pool, cases[at]!, advice)
  } catch {
    // It cannot be built.
    for (const { undo } of answered)
      await pool.query(undo.replace(/DROP INDEX (?:CONCURRENTLY )?/, 'DROP INDEX IF EXISTS '))
    measured = { useless: answered.map(({ body }) => body), gain: 1, blocks: 0 }
  }
  known.set(key, measured)
  return measured
}

console.log(`${cases.length} statements on Postgres ${db.version}\n`)
console.log(`${'adviser'.padEnd(42)} as by hand  advised  do not help  median speed-up  failed`)
for (const { name, usesHypopg, advise } of [...OWN_ADVISERS, ...HYPOPG_ADVISERS]) {
  await pool.query(usesHypopg ? 'CREATE EXTENSION IF NOT EXISTS hypopg' : 'DROP EXTENSION IF EXISTS hypopg')
  let [found, advised, useless, failed] = [0, 0, 0, 0]
  const gains: { gain: number }[] = []
  for (const [at, slow] of cases.entries()) {
    let answered: readonly Answered[] = []
    try {
      answered = await advise(pool, slow)
    } catch {
      failed++
    }
    const isRight = isFound(
      slow,
      answered.map(({ body }) => body),
    )
    if (isRight) found++
    const measured = answered.length > 0 ? await measure(at, answered) : undefined
    if (measured) gains.push(measured)
    useless += measured?.useless.length ?? 0
    advised += answered.length
    if (values.verbose && (!isRight || measured?.useless.length))
      console.log(
        `  ${slow.name}: ${answered.map(({ body }) => body).join('; ') || 'nothing'}${measured ? `, ${measured.gain.toFixed(1)}x` : ''}`,
      )
  }
  const share = `${found} of ${cases.length}`
  console.log(
    `${name.padEnd(42)} ${share.padStart(10)}  ${String(advised).padStart(7)}  ${String(useless).padStart(11)}  ${`${medianGain(gains).toFixed(0)}x`.padStart(15)}  ${String(failed).padStart(6)}`,
  )
}
await pool.end()
await db.stop()
