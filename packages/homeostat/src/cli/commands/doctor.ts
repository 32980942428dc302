import { type Command, command } from '../command-definition.ts'
import { checkGivenPath, isFolder } from '../given-path.ts'
import type { CommandOutput, ExitCode } from '../output.ts'
import type { Diagnosed } from '../../doctor/diagnosed-finding.ts'
import type { DoctorAnswer } from '../../inspection/question.ts'
import { askProcess, namesProcess, socketOf } from '../processes/running-process.ts'
import { WrongCallError } from '../wrong-call-error.ts'

const DEFAULT_SECONDS = 10
const MOST_SECONDS = 3600

/** `homeostat doctor`. */
export const doctorCommand: Command = command(
  {
    words: 'doctor',
    operands: '[OPTION...] [FOLDER | PROCESS | -- COMMAND...]',
    summary: "Reports what keeps an application's OpenTelemetry setup from working.",
    details:
      'Reads the folder of the application, default the current one: versions that do not fit, wrong variables, the order of loading. With a COMMAND, runs it for some seconds, looks once into each of its Node processes, and ends it. With a PROCESS, asks a running one for what does not stop it; see `homeostat report --help`. Prints no value that can be a secret. Each finding has a section in docs/doctor.md of this package.',
    examples: [
      'homeostat doctor',
      'homeostat doctor services/api --variables services/api/.env --json',
      'homeostat doctor -- node --import ./otel.js server.js',
      'homeostat doctor --seconds=30 --json -- npm start',
      'homeostat doctor http://127.0.0.1:3000',
    ],
    exitCodes: '0 without findings, 1 with findings',
    wrongCalls: 'a FOLDER, FILE, PROCESS or COMMAND that cannot be used',
    options: {
      // Not --env-file: Node reads that itself wherever it stands, and would obey a NODE_OPTIONS in the file.
      variables: {
        type: 'string',
        valueHint: 'FILE',
        description: 'Also reads variables from a file, as node --env-file does. For a FOLDER.',
      },
      seconds: {
        type: 'string',
        valueHint: 'NUMBER',
        description: `How long a COMMAND runs before it is looked at, default ${DEFAULT_SECONDS}.`,
      },
      json: {
        type: 'boolean',
        description: 'Prints the findings as one JSON object. What a COMMAND prints goes to standard error.',
      },
    },
  },
  async ({ values, files, after, output }) => {
    const { json = false, seconds } = values
    const afterMs = millisecondsOf(seconds)
    if (after !== undefined) {
      const before = files.slice(0, files.length - after.length)
      if (before.length > 0)
        throw new WrongCallError(`give a folder or a command, not both: '${before[0] ?? ''}' stands before --`)
      if (values.variables !== undefined) throw new WrongCallError('--variables is for a folder, and not for a command')
      return diagnoseRun(after, { afterMs, asJson: json }, output)
    }
    if (seconds !== undefined) throw new WrongCallError('--seconds is for a command, which stands after --')
    const [target] = files
    // A folder may have a number for a name.
    if (target !== undefined && files.length === 1 && !isFolder(target) && namesProcess(target)) {
      if (values.variables !== undefined) throw new WrongCallError('--variables is for a folder, and not for a process')
      return diagnoseProcess(target, json, output)
    }
    return diagnoseFolder(files, values.variables, json, output)
  },
)

async function diagnoseFolder(
  [folder = '.', ...more]: readonly string[],
  envFile: string | undefined,
  asJson: boolean,
  output: CommandOutput,
): Promise<ExitCode> {
  if (more.length > 0) throw new WrongCallError('only one folder can be given, and a command stands after --')
  checkGivenPath(folder, 'folder')
  if (envFile !== undefined) checkGivenPath(envFile, 'file')
  const [{ diagnose, diagnosisLines }, { readApplication }] = await Promise.all([
    import('../../doctor/static/diagnosis.ts'),
    import('../../doctor/static/files/read-application.ts'),
  ])
  const machine = {
    environment: process.env,
    nodeVersion: process.version,
    memoryLimitBytes: process.constrainedMemory(),
  }
  const diagnosis = diagnose(readApplication(folder, { machine, envFile }))
  return finish(diagnosis, diagnosisLines, asJson, output)
}

async function diagnoseRun(
  [program = '', ...args]: readonly string[],
  { afterMs, asJson }: { readonly afterMs: number; readonly asJson: boolean },
  output: CommandOutput,
): Promise<ExitCode> {
  if (program === '') throw new WrongCallError('no command stands after --')
  // Node would refuse to load the probe, and the application would not start.
  if (/(?:^|\s)--(?:experimental-)?permission(?:\s|$)/.test([process.env['NODE_OPTIONS'], ...args].join(' ')))
    throw new WrongCallError('a command under --permission cannot be looked at: run it without')
  const [{ runCommand }, { diagnoseCommand, liveDiagnosisLines }] = await Promise.all([
    import('../../doctor/live/command-run.ts'),
    import('../../doctor/live/live-diagnosis.ts'),
  ])
  const run = await runCommand({ command: program, args, afterMs, printsToError: asJson }).catch((error: unknown) => {
    const { code = 'an error' } = error as NodeJS.ErrnoException
    throw new WrongCallError(`command '${program}' cannot be run: ${code === 'ENOENT' ? 'it does not exist' : code}`)
  })
  const diagnosis = diagnoseCommand(run)
  return finish(diagnosis, liveDiagnosisLines, asJson, output)
}

async function diagnoseProcess(target: string, asJson: boolean, output: CommandOutput): Promise<ExitCode> {
  const { facts } = await askProcess<DoctorAnswer>(socketOf(target), { ask: 'doctor' })
  const { diagnoseLive, liveDiagnosisLines } = await import('../../doctor/live/live-diagnosis.ts')
  const diagnosis = diagnoseLive([facts])
  return finish(diagnosis, liveDiagnosisLines, asJson, output)
}

/** Prints a diagnosis, and returns the exit code of the command. */
function finish<D extends Diagnosed>(
  diagnosis: D,
  linesOf: (diagnosis: D) => string[],
  asJson: boolean,
  output: CommandOutput,
): ExitCode {
  for (const line of asJson ? [JSON.stringify(diagnosis)] : linesOf(diagnosis)) output.out(line)
  if (diagnosis.failure === undefined) return diagnosis.findings.length > 0 ? 1 : 0
  output.error(`homeostat: error: ${diagnosis.failure}`)
  return 2
}

/** @throws WrongCallError */
function millisecondsOf(seconds: string | undefined): number {
  const given = Number(seconds ?? DEFAULT_SECONDS)
  if (Number.isFinite(given) && given > 0 && given <= MOST_SECONDS) return given * 1000
  throw new WrongCallError(`'--seconds' must be a number above 0 and at most ${MOST_SECONDS}, got '${seconds ?? ''}'`)
}
