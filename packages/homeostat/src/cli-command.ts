import { statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { CommandOutput, ExitCode } from './cli-output.ts'
import { checkRuleFiles, LINTS, type Lint } from './cli-rules-check.ts'
import { testRuleFiles } from './cli-rules-test.ts'
import { VERSION } from './version.ts'

const HELP = `usage: homeostat rules check [--lint=duplicate-rules|none] [--lint-fatal] FILE...
       homeostat rules test FILE...
       homeostat --help | --version

Checks Prometheus rule files and runs their unit tests, as "promtool check rules" and "promtool test rules" do,
with the rule engine of this package.

  rules check FILE...   Whether rule files are valid: YAML, fields, names, durations, expressions, templates.
                        --lint=none leaves out the warning about duplicate rules; --lint-fatal makes it exit code 3.
  rules test FILE...    Runs rule test files: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/

Exit code: 0 when all is well, 1 when something is wrong.`

/** Runs the command line and returns its exit code; everything it has to say goes to `output`. */
export function runCommandLine(args: readonly string[], output: CommandOutput): ExitCode {
  try {
    return run(args, output)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    // Everything below reports what it finds; what is thrown is how it was called.
    output.error(`homeostat: error: ${error.message}, try --help`)
    return 1
  }
}

function run(args: readonly string[], output: CommandOutput): ExitCode {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
      lint: { type: 'string' },
      'lint-fatal': { type: 'boolean' },
    },
  })
  if (values.help === true) return say(HELP, output)
  if (values.version === true) return say(`homeostat ${VERSION}`, output)
  const [topic, command, ...files] = positionals
  if (topic === undefined) throw new Error('command not specified')
  if (topic !== 'rules') throw new Error(`expected command but got "${topic}"`)
  if (command === undefined) throw new Error("must select a subcommand of 'rules'")
  if (command !== 'check' && command !== 'test') throw new Error(`expected 'check' or 'test' but got "${command}"`)
  if (files.length === 0) throw new Error("required argument 'FILE' not provided")
  for (const file of files) checkExists(file)
  if (command === 'check')
    return checkRuleFiles(files, output, { lint: lintOf(values.lint), lintFatal: values['lint-fatal'] === true })
  if (values.lint !== undefined || values['lint-fatal'] === true) throw new Error("'--lint' belongs to 'rules check'")
  return testRuleFiles(files, output)
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

function lintOf(text = 'duplicate-rules'): Lint {
  const lint = LINTS.find(each => each === text)
  if (lint === undefined) throw new Error(`unknown lint '${text}', known are ${LINTS.join(', ')}`)
  return lint
}
