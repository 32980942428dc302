import { isMissingPackage, optionalPackage } from '../../inspection/optional-package.ts'
import { type Command, command } from '../command-definition.ts'
import { WrongCallError } from '../wrong-call-error.ts'
import { namesOf, namesOption } from './names-option.ts'
import { checkNoOperand } from './operand.ts'

const PACKAGE = '@homeostat/dashboards'

/** What the optional package gives. */
interface DashboardsPackage {
  readonly nameStyles: readonly string[]
  dashboardFiles(options: { readonly names: string }): readonly { readonly path: string; readonly text: string }[]
}

/** `homeostat dashboards`. */
export const dashboardsCommand: Command = command(
  {
    words: 'dashboards',
    operands: '--out=DIR [OPTION...]',
    summary: 'Writes dashboards for Grafana and rules for Prometheus, or a dashboard and monitors for Datadog.',
    details: `Needs ${PACKAGE}. A file that somebody has changed since is kept; .homeostat-dashboards in the folder holds the checksums of what was written.`,
    examples: [
      'homeostat dashboards --out=monitoring',
      'homeostat dashboards --out=monitoring --names=UnderscoreEscapingWithSuffixes',
      'homeostat dashboards --out=monitoring --names=datadog',
    ],
    exitCodes: '0 if every file is there and current, else 1',
    wrongCalls: `a DIR that cannot be written, or no ${PACKAGE}`,
    options: {
      out: {
        type: 'string',
        valueHint: 'DIR',
        description: 'The folder for the files. It is made where there is none.',
      },
      names: namesOption('datadog; '),
      force: { type: 'boolean', description: 'Also replaces files that somebody has changed.' },
    },
  },
  async ({ values, files, output }) => {
    checkNoOperand(files)
    if (values.out === undefined || values.out === '') throw new WrongCallError("'--out' is missing")
    const dashboards = dashboardsPackage()
    if (dashboards === undefined) {
      output.error(`homeostat: error: ${PACKAGE} is not installed: npm install --save-dev ${PACKAGE}`)
      return 2
    }
    const names = namesOf(values.names, dashboards.nameStyles)
    const { writeFiles } = await import('../written-files.ts')
    return writeFiles(values.out, dashboards.dashboardFiles({ names }), { isForced: values.force === true, output })
  },
)

function dashboardsPackage(): DashboardsPackage | undefined {
  try {
    return optionalPackage(PACKAGE) as DashboardsPackage
  } catch (error) {
    if (isMissingPackage(error)) return undefined
    throw error
  }
}
