import { closestName, readEnvironment, shownName } from '@homeostat/signals/options'
import { homeostatOptions } from '../../../options/option-schema.ts'
import { OTHER_VARIABLES } from '../../../options/read-options.ts'
import type { StaticCheck } from '../static-check.ts'
import { listOf, OTEL_VARIABLES, settingOf, settingsOf } from '../otel-variables.ts'
import { hasSdk, registerFlag } from '../sdk-in-use.ts'
import { shownSetting } from '../shown-setting.ts'
import { sourceMark } from '../source-mark.ts'

const METRICS_EXPORTERS = ['otlp', 'console', 'prometheus', 'none']
const BOOLEANS = ['OTEL_SDK_DISABLED', 'OTEL_NODE_EXPERIMENTAL_SDK_METRICS']
const MILLISECONDS = [
  'OTEL_METRIC_EXPORT_INTERVAL',
  'OTEL_METRIC_EXPORT_TIMEOUT',
  'OTEL_BSP_SCHEDULE_DELAY',
  'OTEL_BSP_EXPORT_TIMEOUT',
  'OTEL_EXPORTER_OTLP_TIMEOUT',
  'OTEL_EXPORTER_OTLP_METRICS_TIMEOUT',
  'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT',
]
const OTHER_LANGUAGES = /^OTEL_(?:PYTHON|JAVA|JAVAAGENT|DOTNET|GO|PHP|RUBY|RUST|COLLECTOR)_/

/** Variables that are misspelt, switch something off, or are not valid. */
export const switchChecks: readonly StaticCheck[] = [
  {
    id: 'otel-variable-misspelt',
    what: 'A variable looks like one of OpenTelemetry and is not.',
    why: 'Nothing reads it, and nothing warns: the default applies.',
    fix: 'Correct the name.',
    find({ environment }) {
      return [...environment].flatMap(([name, { from }]) => {
        if (!/^OTEL_/i.test(name) || OTEL_VARIABLES.has(name) || OTHER_LANGUAGES.test(name)) return []
        const meant = closestName(name, OTEL_VARIABLES)
        // The operator for Kubernetes, for one, sets OTEL_RESOURCE_ATTRIBUTES_POD_NAME.
        if (meant === undefined || name.startsWith(`${meant}_`)) return []
        return [{ evidence: `${shownName(name)} in ${from}`, fix: `${from}: rename it to ${meant}` }]
      })
    },
  },
  {
    id: 'homeostat-variable',
    what: 'A variable of Homeostat is not known or its value is not valid.',
    why: 'It is ignored, and the default applies. The running process reports it in one line at its start.',
    fix: 'Correct the name or the value; the README of homeostat lists the variables.',
    find({ environment }) {
      const own = [...environment].filter(([name]) => name.startsWith('HOMEOSTAT_'))
      const values = Object.fromEntries(own.map(([name, { value }]) => [name, value]))
      return readEnvironment(homeostatOptions, values, OTHER_VARIABLES).problems.map(({ path, message }) => ({
        evidence: `${message} (in ${environment.get(path)?.from ?? 'the environment'})`,
        fix: `${environment.get(path)?.from ?? 'environment'}: correct ${shownName(path)}`,
      }))
    },
  },
  {
    id: 'sdk-disabled',
    what: 'OTEL_SDK_DISABLED=true turns the whole SDK off.',
    why: 'All providers are no-op, also for code that starts NodeSDK by itself.',
    fix: 'Remove the variable where telemetry is wanted.',
    find(facts) {
      const setting = settingOf(facts, 'OTEL_SDK_DISABLED')
      if (setting?.value.trim().toLowerCase() !== 'true') return []
      return [
        { evidence: `OTEL_SDK_DISABLED=true in ${setting.from}`, fix: `${setting.from}: remove OTEL_SDK_DISABLED` },
      ]
    },
  },
  {
    id: 'boolean-not-valid',
    what: 'A switch of OpenTelemetry has a value that is neither true nor false.',
    why: 'Every value but `true` counts as false. OTEL_SDK_DISABLED=1 does not disable the SDK.',
    fix: 'Write `true` or `false`.',
    find(facts) {
      return settingsOf(facts, BOOLEANS)
        .filter(({ setting }) => !['true', 'false'].includes(setting.value.trim().toLowerCase()))
        .map(({ name, setting }) => ({
          evidence: shownSetting(name, setting, ['true', 'yes', 'on']),
          fix: `${setting.from}: ${name}=true or false`,
        }))
    },
  },
  {
    id: 'metrics-exporter-none',
    what: 'OTEL_METRICS_EXPORTER=none: no metric leaves the process.',
    why: 'The SDK then makes no meter provider. Instruments are no-op, and there is no reader to attach to.',
    fix: 'Name an exporter: otlp, prometheus or console.',
    find(facts) {
      const setting = settingOf(facts, 'OTEL_METRICS_EXPORTER')
      if (!setting || !listOf(setting).includes('none')) return []
      return [
        {
          evidence: shownSetting('OTEL_METRICS_EXPORTER', setting, METRICS_EXPORTERS),
          fix: `${setting.from}: OTEL_METRICS_EXPORTER=otlp`,
        },
      ]
    },
  },
  {
    id: 'metrics-exporter-unknown',
    what: 'OTEL_METRICS_EXPORTER names an exporter that the SDK does not have.',
    why: 'The SDK warns in its diagnostic log only, and makes no reader for it.',
    fix: 'Use otlp, prometheus, console or none, in lower case.',
    find(facts) {
      const setting = settingOf(facts, 'OTEL_METRICS_EXPORTER')
      if (!setting || listOf(setting).every(name => METRICS_EXPORTERS.includes(name))) return []
      return [
        {
          evidence: shownSetting('OTEL_METRICS_EXPORTER', setting, METRICS_EXPORTERS),
          fix: `${setting.from}: OTEL_METRICS_EXPORTER=${closestName(setting.value.trim(), METRICS_EXPORTERS) ?? 'otlp'}`,
        },
      ]
    },
  },
  {
    id: 'interval-ignored',
    what: 'OTEL_METRIC_EXPORT_INTERVAL has no effect on the console exporter.',
    why: 'The reader that OTEL_METRICS_EXPORTER=console makes always exports every 60 seconds, so a short test prints nothing.',
    fix: 'Export by OTLP, or make a PeriodicExportingMetricReader with a ConsoleMetricExporter in code.',
    find(facts) {
      const setting = settingOf(facts, 'OTEL_METRIC_EXPORT_INTERVAL')
      const exporters = listOf(settingOf(facts, 'OTEL_METRICS_EXPORTER'))
      if (!setting || !exporters.includes('console') || exporters.includes('otlp')) return []
      return [
        {
          evidence: `${shownSetting('OTEL_METRIC_EXPORT_INTERVAL', setting, [])} beside OTEL_METRICS_EXPORTER=console`,
          fix: `${setting.from}: OTEL_METRICS_EXPORTER=otlp, or remove OTEL_METRIC_EXPORT_INTERVAL`,
        },
      ]
    },
  },
  {
    id: 'milliseconds-not-valid',
    what: 'A duration of OpenTelemetry is not a number of milliseconds above zero.',
    why: 'The SDK warns in its diagnostic log only and uses the default, 60 seconds for the export interval.',
    fix: 'Write milliseconds without a unit: 10000, not 10s.',
    find(facts) {
      return settingsOf(facts, MILLISECONDS)
        .filter(({ setting }) => !(Number(setting.value) > 0))
        .map(({ name, setting }) => ({
          evidence: shownSetting(name, setting, []),
          fix: `${setting.from}: ${name}=10000 for ten seconds`,
        }))
    },
  },
  {
    id: 'export-timeout-above-interval',
    what: 'OTEL_METRIC_EXPORT_TIMEOUT is longer than OTEL_METRIC_EXPORT_INTERVAL.',
    why: 'The SDK cuts the timeout to the interval. A reader that is made in code throws instead.',
    fix: 'Make the timeout shorter than the interval.',
    find(facts) {
      const timeout = settingOf(facts, 'OTEL_METRIC_EXPORT_TIMEOUT')
      const interval = settingOf(facts, 'OTEL_METRIC_EXPORT_INTERVAL')
      if (!timeout || !interval || !(Number(interval.value) > 0 && Number(timeout.value) > Number(interval.value)))
        return []
      return [
        {
          evidence: `${shownSetting('OTEL_METRIC_EXPORT_TIMEOUT', timeout, [])}, ${shownSetting('OTEL_METRIC_EXPORT_INTERVAL', interval, [])}`,
          fix: `${timeout.from}: OTEL_METRIC_EXPORT_TIMEOUT=${Math.floor(Number(interval.value) / 2)}`,
        },
      ]
    },
  },
  {
    id: 'service-name-missing',
    what: 'The service has no name.',
    why: 'Its telemetry arrives as `unknown_service:node` and mixes with that of every other service without a name. Homeostat keeps no state for such a service.',
    fix: 'Set OTEL_SERVICE_NAME.',
    find(facts) {
      const names = ['OTEL_SERVICE_NAME', 'DD_SERVICE', 'OTEL_CONFIG_FILE']
      const attributes = settingOf(facts, 'OTEL_RESOURCE_ATTRIBUTES')
      if (!hasSdk(facts) || names.some(name => settingOf(facts, name))) return []
      if (/(?:^|,)\s*service\.name\s*=/.test(attributes?.value ?? '')) return []
      if (sourceMark(facts, 'service name')) return []
      // Code that was not read can name it.
      if (!sourceMark(facts, 'NodeSDK') && !registerFlag(facts)) return []
      return [
        {
          evidence:
            'neither OTEL_SERVICE_NAME, service.name in OTEL_RESOURCE_ATTRIBUTES nor a serviceName in the sources that are loaded first',
          fix: 'environment: OTEL_SERVICE_NAME=your-service',
        },
      ]
    },
  },
  {
    id: 'resource-attributes-not-valid',
    what: 'OTEL_RESOURCE_ATTRIBUTES is not a list of key=value pairs.',
    why: 'One pair that is not valid discards all of them, the service name included; the reason is in the debug log only.',
    fix: 'Write key=value pairs with commas between them, and percent-encode commas and equals signs in values.',
    find(facts) {
      const setting = settingOf(facts, 'OTEL_RESOURCE_ATTRIBUTES')
      const bad = listOf(setting).findIndex(pair => !isPair(pair))
      if (!setting || bad === -1) return []
      return [
        {
          evidence: `pair ${bad + 1} of OTEL_RESOURCE_ATTRIBUTES in ${setting.from} is not key=value (its value is not shown)`,
          fix: `${setting.from}: OTEL_RESOURCE_ATTRIBUTES=service.name=your-service,deployment.environment.name=production`,
        },
      ]
    },
  },
]

/** As the SDK reads a pair. */
function isPair(pair: string): boolean {
  const parts = pair.split('=')
  if (parts.length !== 2 || parts[0]!.trim() === '') return false
  try {
    return parts.every(part => decodeURIComponent(part.trim()).length <= 255)
  } catch {
    return false
  }
}
