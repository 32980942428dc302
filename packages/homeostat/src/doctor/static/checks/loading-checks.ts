import type { ApplicationFacts, LoadEvent } from '../application-facts.ts'
import type { Finding } from '../../check.ts'
import type { StaticCheck } from '../static-check.ts'
import { INSTRUMENTED } from '../instrumented-libraries.ts'
import { settingOf } from '../otel-variables.ts'
import { packageOf } from '../files/package-name.ts'
import { isInstalled, ownCopy, registerFlag, sdkLineOf, shownFlag } from '../sdk-in-use.ts'
import { shownPlace, sourceMark } from '../source-mark.ts'

/** When and how an SDK starts. */
export const loadingChecks: readonly StaticCheck[] = [
  {
    id: 'sdk-after-libraries',
    what: 'The SDK starts after libraries that it shall instrument are loaded.',
    why: 'Instrumentations patch a library when it is loaded. A library that was loaded before stays unpatched.',
    fix: 'Load the file that starts the SDK first, best with --import or --require.',
    find(facts) {
      const late = lateStart(facts)
      if (!late || (late.library.file === late.start.file && late.start.isHoisted)) return []
      return [
        lateFinding(
          late,
          `${late.library.file}: load ${late.start.file} in the first line, or preload it with --import or --require`,
        ),
      ]
    },
  },
  {
    id: 'imports-hoisted',
    what: 'The SDK starts in a file that also imports the libraries.',
    why: 'ES modules, esbuild, swc and Babel evaluate all imports of a file before its first statement, wherever they stand in the text. The libraries are loaded when the SDK starts.',
    fix: 'Start the SDK in a file of its own and load that first.',
    find(facts) {
      const late = lateStart(facts)
      if (!late || late.library.file !== late.start.file || !late.start.isHoisted) return []
      const { start } = late
      return [
        lateFinding(
          late,
          `${shownPlace(start)}: move the start of the SDK to a file of its own, and run node --import ./that-file`,
        ),
      ]
    },
  },
  {
    id: 'sdk-started-twice',
    what: 'The SDK is started by a flag and by the code.',
    why: 'The second start is refused. The readers, views and resource in the code have no effect.',
    fix: 'Keep one of the two.',
    find(facts) {
      const flag = registerFlag(facts)
      const mark = sourceMark(facts, 'NodeSDK', 'startNodeSdk')
      if (!flag || !mark) return []
      return [
        {
          evidence: `${shownFlag(flag)} in ${flag.from}, and ${mark.mark} in ${shownPlace(mark)}`,
          fix: `${flag.from}: remove ${shownFlag(flag)}`,
        },
      ]
    },
  },
  {
    id: 'preload-missing',
    what: 'A preloaded package is not installed.',
    why: 'Node stops at the start with ERR_MODULE_NOT_FOUND.',
    fix: 'Install the package, or remove the flag.',
    find(facts) {
      const preloads = facts.start.flags.filter(({ name }) => name === '--import' || name === '--require')
      return preloads.flatMap(({ name, value, from }) => {
        const wanted = packageOf(value)
        if (wanted === undefined || !facts.missingPreloads.includes(wanted)) return []
        return [
          { evidence: `${name} ${value} in ${from}; ${wanted} is not in node_modules`, fix: `npm install ${wanted}` },
        ]
      })
    },
  },
  {
    id: 'readers-replace-environment',
    what: 'Readers in code replace the one that OTEL_METRICS_EXPORTER describes.',
    why: 'NodeSDK makes readers from the environment only where the code gives none. The variable has no effect.',
    fix: 'Remove the variable, or the readers in code.',
    find(facts) {
      const setting = settingOf(facts, 'OTEL_METRICS_EXPORTER')
      const sdk = sourceMark(facts, 'NodeSDK')
      const readers = sourceMark(facts, 'metricReaders')
      if (!setting || setting.value.trim() === 'none' || !sdk || !readers || sdk.file !== readers.file) return []
      return [
        {
          evidence: `OTEL_METRICS_EXPORTER in ${setting.from}, and metricReaders in ${shownPlace(readers)}`,
          fix: `${setting.from}: remove OTEL_METRICS_EXPORTER`,
        },
      ]
    },
  },
  {
    id: 'reader-option-removed',
    what: 'NodeSDK of this version has no option metricReader.',
    why: 'sdk-node 0.300 and later ignore it, so no reader of the code is used.',
    fix: 'Write metricReaders: [reader]; older versions know it as well.',
    find(facts) {
      const sdk = ownCopy(facts, '@opentelemetry/sdk-node')
      const mark = sourceMark(facts, 'metricReader')
      if (!sdk || sdkLineOf(sdk) !== 3 || !mark) return []
      return [
        {
          evidence: `metricReader in ${shownPlace(mark)}, with @opentelemetry/sdk-node ${sdk.version}`,
          fix: `${shownPlace(mark)}: metricReaders: [...]`,
        },
      ]
    },
  },
  {
    id: 'config-file-not-read',
    what: 'OTEL_CONFIG_FILE is set, and what starts the SDK does not read it.',
    why: 'Only startNodeSdk() reads the file. new NodeSDK(), and with it auto-instrumentations-node/register, ignores the variable and uses the other ones.',
    fix: 'Start the SDK with startNodeSdk() of @opentelemetry/sdk-node.',
    find(facts) {
      const setting = settingOf(facts, 'OTEL_CONFIG_FILE')
      const flag = registerFlag(facts)
      const mark = sourceMark(facts, 'NodeSDK')
      const starter = flag ? shownFlag(flag) : mark && `NodeSDK in ${shownPlace(mark)}`
      if (!setting || starter === undefined || sourceMark(facts, 'startNodeSdk')) return []
      return [
        {
          evidence: `OTEL_CONFIG_FILE in ${setting.from}; the SDK is started by ${starter}`,
          fix: mark
            ? `${shownPlace(mark)}: startNodeSdk()`
            : `${flag?.from}: --import a file that calls startNodeSdk()`,
        },
      ]
    },
  },
  {
    id: 'config-file-missing',
    what: 'The file that OTEL_CONFIG_FILE names cannot be used.',
    why: 'Without its configuration, the SDK does not start or exports nothing.',
    fix: 'Correct the path or the YAML.',
    find({ configFile: file }) {
      if (!file || file.state === 'read') return []
      return [
        {
          evidence: `${file.path} (OTEL_CONFIG_FILE in ${file.from}) is ${file.state}`,
          fix: `${file.from}: correct OTEL_CONFIG_FILE`,
        },
      ]
    },
  },
  {
    id: 'config-file-foreign-key',
    what: 'The configuration file of OpenTelemetry has a reader or producer that the SDK does not know.',
    why: 'The SDK stops at such a key and turns all telemetry off. Options of a vendor belong under `distribution`.',
    fix: 'Remove the key. The options of Homeostat go to distribution.homeostat.',
    find({ configFile: file }) {
      return (file?.foreignKeys ?? []).map(key => ({
        evidence: `${file?.path}: ${key}`,
        fix: `${file?.path}: remove ${key}`,
      }))
    },
  },
]

interface LateStart {
  readonly library: LoadEvent
  readonly start: LoadEvent
}

/** The first start of an SDK, where a library with an installed instrumentation is loaded before it. */
function lateStart(facts: ApplicationFacts): LateStart | undefined {
  const at = facts.events.findIndex(({ kind }) => kind === 'start')
  const start = facts.events[at]
  if (!start || registerFlag(facts)) return undefined
  const library = facts.events.slice(0, at).find(({ name }) => {
    const instrumentation = INSTRUMENTED.get(name)
    return instrumentation !== undefined && isInstalled(facts, `@opentelemetry/instrumentation-${instrumentation}`)
  })
  return library && { library, start }
}

function lateFinding({ library, start }: LateStart, fix: string): Finding {
  return {
    evidence: `${library.name} is loaded in ${shownPlace(library)}, before ${start.name} in ${shownPlace(start)}`,
    fix,
  }
}
