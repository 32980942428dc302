import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { styleText } from 'node:util'
import { mutateScript, runScript, type Outcome } from './runner.ts'

const HELP = `Runs Prometheus's own PromQL test scripts against this engine.

  npm run conformance -- [--verbose] [--mutate] [FILE.test...]

Without files, every .test file of the folder that PROMQL_TESTDATA names is run (default ../shared/promql, as seen from the
repository). They are not part of the repository: take promql/promqltest/testdata of prometheus/prometheus.

Prints one line a file with the reasons of what was skipped, failures below it, and last "N passed, N failed, N skipped".
--mutate changes the expectations of every case that passes, one place at a time, and lists the changes that pass all the
same: what the comparison does not look at. --verbose lists every skipped case. Exit code: 0 all passed or were skipped, 1 a failure, an unreadable line or no file.
`

const root = resolve(import.meta.dirname, '../../../..')

interface Count {
  passed: number
  failed: number
  skipped: number
}

function shown({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

function countOf(outcomes: readonly Outcome[]): Count {
  const count: Count = { passed: 0, failed: 0, skipped: 0 }
  for (const { verdict } of outcomes) count[verdict] += 1
  return count
}

function reasons(outcomes: readonly Outcome[]): string {
  const skipped = Map.groupBy(
    outcomes.filter(({ verdict }) => verdict === 'skipped'),
    outcome => outcome.reason,
  )
  const listed = [...skipped].toSorted(([, a], [, b]) => b.length - a.length)
  return listed.length === 0 ? '' : ` (${listed.map(([reason, cases]) => `${cases.length} ${reason}`).join(', ')})`
}

function runFile(file: string, verbose: boolean): Count {
  const name = basename(file)
  let outcomes: Outcome[]
  try {
    outcomes = runScript(readFileSync(file, 'utf8'))
  } catch (error) {
    // A file that is not understood to its end has proved nothing.
    console.log(`${name}: ${styleText('red', error instanceof Error ? error.message : String(error))}`)
    return { passed: 0, failed: 1, skipped: 0 }
  }
  if (outcomes.length === 0) {
    console.log(`${name}: ${styleText('red', 'no case in it')}`)
    return { passed: 0, failed: 1, skipped: 0 }
  }
  const count = countOf(outcomes)
  console.log(`${name}: ${shown(count)}${reasons(outcomes)}`)
  for (const { verdict, line, expr, reason } of outcomes) {
    if (verdict === 'failed') console.log(styleText('red', `  ${name}:${line}: ${expr}\n    ${reason}`))
    else if (verdict === 'skipped' && verbose) console.log(styleText('dim', `  ${name}:${line}: ${expr}: ${reason}`))
  }
  return count
}

/** Exit code 1 when a wrong expectation passes. */
function mutate(files: readonly string[]): number {
  let mutants = 0
  let survived = 0
  for (const file of files) {
    const name = basename(file)
    const found = mutateScript(readFileSync(file, 'utf8'))
    mutants += found.mutants
    survived += found.survivors.length
    console.log(`${name}: ${found.mutants} expectations changed, ${found.survivors.length} passed`)
    for (const { line, expr, change } of found.survivors)
      console.log(styleText('red', `  ${name}:${line}: ${expr}: ${change}`))
  }
  console.log(`${mutants} expectations changed, ${survived} passed`)
  return survived > 0 || mutants === 0 ? 1 : 0
}

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter(name => name.endsWith('.test'))
  return names.toSorted().map(name => resolve(folder, name))
}

const OPTIONS = ['--verbose', '--mutate']

function main(args: readonly string[]): number {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(HELP)
    return 0
  }
  const unknown = args.find(argument => argument.startsWith('-') && !OPTIONS.includes(argument))
  if (unknown !== undefined) {
    console.error(`unknown option ${unknown}; see --help`)
    return 1
  }
  const named = args.filter(argument => !argument.startsWith('-'))
  const folder = process.env['PROMQL_TESTDATA'] ?? '../shared/promql'
  const files =
    named.length > 0 ? named.map(file => resolve(process.env['INIT_CWD'] ?? '.', file)) : filesOf(resolve(root, folder))
  if (args.includes('--mutate')) return mutate(files)
  const total: Count = { passed: 0, failed: 0, skipped: 0 }
  if (files.length === 0) console.log(`no .test files in ${folder}; name files, or their folder in PROMQL_TESTDATA`)
  for (const file of files) {
    const count = runFile(file, args.includes('--verbose'))
    total.passed += count.passed
    total.failed += count.failed
    total.skipped += count.skipped
  }
  console.log(shown(total))
  return total.failed > 0 || files.length === 0 ? 1 : 0
}

process.exitCode = main(process.argv.slice(2))
