import { statSync } from 'node:fs'
import { type Command, command } from '../command-definition.ts'

/** `homeostat doctor`. */
export const doctorCommand: Command = command(
  {
    words: 'doctor',
    operands: '[OPTION...] [FOLDER]',
    summary: "Reports what keeps an application's OpenTelemetry setup from working.",
    details:
      'Reads the folder of the application, default the current one: versions that do not fit, wrong variables, the order of loading. Runs nothing of the application and prints no value that can be a secret. Each finding has a section in docs/doctor.md of this package.',
    examples: ['homeostat doctor', 'homeostat doctor services/api --env-file services/api/.env --json'],
    exitCodes: '0 without findings, 1 with findings',
    wrongCalls: 'a FOLDER or FILE that cannot be used',
    options: {
      'env-file': {
        type: 'string',
        valueHint: 'FILE',
        description: 'Also reads variables from a file, as node --env-file does.',
      },
      json: { type: 'boolean', description: 'Prints the findings as one JSON object.' },
    },
  },
  async ({ values, files: [folder = '.', ...more], output }) => {
    const envFile = values['env-file']
    const mistake =
      more.length > 0
        ? 'only one folder can be given'
        : (mistakeIn(folder, 'folder') ?? (envFile === undefined ? undefined : mistakeIn(envFile, 'file')))
    if (mistake !== undefined) {
      output.error(`homeostat: error: ${mistake}, try --help`)
      return 2
    }
    const [{ diagnose, diagnosisLines }, { readApplication }] = await Promise.all([
      import('../../doctor/diagnosis.ts'),
      import('../../doctor/static/files/read-application.ts'),
    ])
    const machine = {
      environment: process.env,
      nodeVersion: process.version,
      memoryLimitBytes: process.constrainedMemory(),
    }
    const diagnosis = diagnose(readApplication(folder, { machine, envFile }))
    for (const line of values.json === true ? [JSON.stringify(diagnosis)] : diagnosisLines(diagnosis)) output.out(line)
    return diagnosis.findings.length > 0 ? 1 : 0
  },
)

function mistakeIn(path: string, kind: 'folder' | 'file'): string | undefined {
  try {
    const status = statSync(path, { throwIfNoEntry: false })
    if (status === undefined) return `path '${path}' does not exist`
    const isKind = kind === 'folder' ? status.isDirectory() : status.isFile()
    return isKind ? undefined : `'${path}' is not a ${kind}`
  } catch {
    return `path '${path}' cannot be read`
  }
}
