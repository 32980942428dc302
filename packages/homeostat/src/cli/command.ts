import { statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readCommandFile } from './file.ts'
import type { CommandOutput, ExitCode } from './output.ts'
import type { CheckedText } from './rules-check.ts'
import { VERSION } from '../version.ts'

const HELP = `usage: homeostat rules check [OPTION...] [FILE...]
       homeostat rules test [OPTION...] FILE...
       homeostat backtest --from SOURCE --rules FILE... [OPTION...]
       homeostat --help | --version

Checks Prometheus rule files and runs their unit tests, as "promtool check rules" and "promtool test rules" do,
with the rule engine of this package.

  rules check [FILE...]   Checks rule files, or the standard input: YAML, fields, names, durations, expressions, templates.
                          Checks response files against the rule files named beside them, and against the rules and
                          actions of the packages.
    --lint=LIST           Lint checks: all, duplicate-rules (default), none.
    --lint-fatal          Lint errors give exit code 3.
    --action=NAME         An action or knob that the application provides in code. Repeatable.
    --alert=NAME          An alert of a rule that the application provides in code. Repeatable.

  rules test FILE...      Runs rule test files:
                          https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
                          Tests that are scenarios run through the whole loop against a simulated plant.
    --run=REGEXP          Runs only tests whose name matches. Repeatable.
    --diff                Shows differences of alerts as one coloured text.
    --debug               Shows the duration and all samples of each test.
    --junit=FILE          Also writes the results as JUnit XML.

  Both accept --ignore-unknown-fields, for rule files with fields that Prometheus does not have, and --enable-feature=LIST:
  promql-experimental-functions. (promql-delayed-name-removal is always on.)

  backtest                Replays recorded signals against rules and responses; see homeostat backtest --help.

Exit code: 0 without errors, 1 with errors, 3 for lint errors with --lint-fatal.`

/**
 * Runs the command line and returns its exit code. Everything that it prints goes to `output`.
 *
 * @param readInput gives the whole standard input
 */
export async function runCommandLine(
  args: readonly string[],
  output: CommandOutput,
  readInput: () => string,
): Promise<ExitCode> {
  try {
    return await run(args, output, readInput)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    // The commands report what they find; they throw only when they were called wrongly. Node adds advice on `--` to its message.
    output.error(
      `homeostat: error: ${error.message.replace(/\. To specify a positional argument .*$/s, '')}, try --help`,
    )
    return 1
  }
}

const CHECK_ONLY = ['lint', 'lint-fatal', 'action', 'alert'] as const
const TEST_ONLY = ['run', 'diff', 'debug', 'junit'] as const

async function run(args: readonly string[], output: CommandOutput, readInput: () => string): Promise<ExitCode> {
  // Each command loads what it needs: the loop is more than a check of files takes.
  if (args[0] === 'backtest') {
    const { runBacktest } = await import('./backtest.ts')
    return runBacktest(args.slice(1), output)
  }
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
      lint: { type: 'string' },
      'lint-fatal': { type: 'boolean' },
      action: { type: 'string', multiple: true },
      alert: { type: 'string', multiple: true },
      run: { type: 'string', multiple: true },
      diff: { type: 'boolean' },
      debug: { type: 'boolean' },
      junit: { type: 'string' },
      'ignore-unknown-fields': { type: 'boolean' },
      'enable-feature': { type: 'string', multiple: true },
    },
  })
  if (values.help === true) return say(HELP, output)
  if (values.version === true) return say(`homeostat ${VERSION}`, output)
  const [topic, command, ...files] = positionals
  if (topic === undefined) throw new Error('command not specified')
  if (topic !== 'rules') throw new Error(`expected command but got "${topic}"`)
  if (command === undefined) throw new Error("must select a subcommand of 'rules'")
  if (command !== 'check' && command !== 'test') throw new Error(`expected 'check' or 'test' but got "${command}"`)
  const misplaced = (command === 'check' ? TEST_ONLY : CHECK_ONLY).find(name => values[name] !== undefined)
  if (misplaced !== undefined)
    throw new Error(`'--${misplaced}' belongs to 'rules ${command === 'check' ? 'test' : 'check'}'`)
  for (const file of files) checkExists(file)
  const experimental = enabledFeatures(values['enable-feature'] ?? [], output).has('promql-experimental-functions')
  const ignoreUnknownFields = values['ignore-unknown-fields'] === true
  if (command === 'check') {
    const { lint = 'duplicate-rules', 'lint-fatal': lintFatal = false } = values
    const duplicates = lintsOf(lint, output).some(each => each === 'all' || each === 'duplicate-rules')
    const { checkRuleFiles } = await import('./rules-check.ts')
    return checkRuleFiles(textsOf(files, readInput), output, {
      duplicates,
      lintFatal,
      experimental,
      ignoreUnknownFields,
      actions: values.action ?? [],
      alerts: values.alert ?? [],
    })
  }
  if (files.length === 0) throw new Error("required argument 'FILE' not provided")
  const { run: patterns, diff = false, debug = false, junit } = values
  const only = patterns === undefined ? {} : { run: new RegExp(patterns.join('|')) }
  const { testRuleFiles } = await import('./rules-test.ts')
  return testRuleFiles(files, output, { ...only, diff, debug, junit, experimental, ignoreUnknownFields })
}

function say(text: string, output: CommandOutput): ExitCode {
  output.out(text)
  return 0
}

function checkExists(file: string): void {
  const status = statSync(file, { throwIfNoEntry: false })
  if (status === undefined) throw new Error(`path '${file}' does not exist`)
  if (status.isDirectory()) throw new Error(`'${file}' is a directory`)
}

/** The files one by one, or the standard input when there are none. */
function* textsOf(files: readonly string[], readInput: () => string): Generator<CheckedText> {
  for (const file of files) yield { name: file, text: readCommandFile(file) }
  if (files.length === 0) yield { name: 'standard input', text: readInput() }
}

const LINTS = ['all', 'duplicate-rules', 'none']

function lintsOf(list: string, output: CommandOutput): string[] {
  const lints = list.split(',')
  for (const lint of lints.filter(each => !LINTS.includes(each))) output.out(`WARNING: unknown lint option: "${lint}"`)
  return lints
}

const FEATURES = ['promql-experimental-functions', 'promql-delayed-name-removal', '']

function enabledFeatures(lists: readonly string[], output: CommandOutput): ReadonlySet<string> {
  const features = lists.flatMap(list => list.split(','))
  for (const feature of features.filter(each => !FEATURES.includes(each)))
    output.out(`  WARNING: Unknown feature passed to --enable-feature: ${feature}`)
  return new Set(features)
}
