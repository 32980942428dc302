import { closestName, shownName } from '@homeostat/signals/options'
import type { ApplicationFacts } from '../application-facts.ts'
import type { StaticCheck } from '../static-check.ts'
import { INSTRUMENTATION_NAMES, INSTRUMENTED, NEEDS_HOOK } from '../instrumented-libraries.ts'
import {
  DISABLED_INSTRUMENTATIONS as DISABLED,
  ENABLED_INSTRUMENTATIONS as ENABLED,
  listOf,
  settingOf,
} from '../otel-variables.ts'
import { AUTO, isInstalled, registerFlag, shownFlag } from '../sdk-in-use.ts'
import { shownPlace, sourceMark } from '../source-mark.ts'

/** Instrumentations that are switched off by accident, or that can patch nothing. */
export const instrumentationChecks: readonly StaticCheck[] = [
  {
    id: 'enabled-instrumentations-unknown',
    what: `${ENABLED} names instrumentations that do not exist.`,
    why: 'The variable switches off everything that it does not name, so one unknown name alone switches off all instrumentations. Homeostat is not one of them: it is started by homeostat/register or homeostat().',
    fix: 'Name instrumentations of the contrib packages without their prefix, such as http,express,pg.',
    find(facts) {
      const setting = settingOf(facts, ENABLED)
      const names = listOf(setting)
      const unknown = names.filter(name => !INSTRUMENTATION_NAMES.has(name))
      if (!setting || unknown.length === 0 || !isInstalled(facts, AUTO)) return []
      const known = names.filter(name => INSTRUMENTATION_NAMES.has(name))
      const meant = names.flatMap(name => (INSTRUMENTATION_NAMES.has(name) ? name : (meantBy(name) ?? [])))
      return [
        {
          evidence: `${ENABLED} in ${setting.from}: ${unknown.map(shownName).join(', ')} unknown; ${known.length === 0 ? 'all instrumentations are off' : `only ${known.join(', ')} are on`}`,
          fix:
            meant.length === 0
              ? `${setting.from}: remove ${ENABLED}`
              : `${setting.from}: ${ENABLED}=${meant.join(',')}`,
        },
      ]
    },
  },
  {
    id: 'disabled-instrumentations-unknown',
    what: `${DISABLED} names instrumentations that do not exist.`,
    why: 'The name is ignored, and the instrumentation that was meant stays on.',
    fix: 'Name instrumentations of the contrib packages without their prefix, such as fs,dns.',
    find(facts) {
      const setting = settingOf(facts, DISABLED)
      if (!setting || !isInstalled(facts, AUTO)) return []
      return listOf(setting)
        .filter(name => !INSTRUMENTATION_NAMES.has(name))
        .map(name => {
          const meant = meantBy(name)
          return {
            evidence: `${DISABLED} in ${setting.from}: ${shownName(name)} is unknown`,
            fix: `${setting.from}: ${meant === undefined ? `remove ${shownName(name)} from ${DISABLED}` : `write ${meant}`}`,
          }
        })
    },
  },
  {
    id: 'library-bundled',
    what: 'A library is bundled into the application, so its instrumentation cannot patch it.',
    why: 'Instrumentations patch what `require` and `import` load by name. A bundler has replaced those calls, so the instrumentation loads and patches nothing.',
    fix: 'Leave the library outside the bundle.',
    find(facts) {
      const { bundling, manifest } = facts
      if (!bundling || bundling.externals === 'all') return []
      const { externals } = bundling
      const bundled = [...INSTRUMENTED].filter(
        ([library, name]) =>
          manifest.dependencies.has(library) &&
          !externals.has(library) &&
          isInstalled(facts, `@opentelemetry/instrumentation-${name}`),
      )
      if (bundled.length === 0) return []
      const libraries = bundled.map(([library]) => library)
      return [
        {
          evidence: `${bundling.from} bundles ${libraries.join(', ')} with ${bundling.tool}; instrumentation${libraries.length > 1 ? 's' : ''} installed for ${libraries.length > 1 ? 'them' : 'it'}`,
          fix: `${bundling.from}: ${externalOption(bundling.tool, libraries)}`,
        },
      ]
    },
  },
  {
    id: 'esm-without-hook',
    what: 'The application is ES modules, and nothing hooks `import`.',
    why: 'Most instrumentations of the contrib packages patch what `require` returns. Libraries that the application imports, express or ioredis for example, stay unpatched; --import of the register file does not change that. Some, such as pg, are patched in a file that is required even so.',
    fix: 'Add --experimental-loader=@opentelemetry/instrumentation/hook.mjs. Instrumentations of Homeostat need no hook.',
    find(facts) {
      const { start } = facts
      const event = facts.events.find(({ kind, name }) => kind === 'load' && NEEDS_HOOK.has(name))
      const starter = registerFlag(facts) ?? start.flags.find(isPreloadOfSdk(facts))
      const starts = facts.events.some(({ kind }) => kind === 'start')
      if (!event || (!starter && !starts) || hasHook(facts)) return []
      const { main } = start
      if (main === undefined || !isEsmFile(main, facts) || !isEsmFile(event.file, facts)) return []
      const libraries = facts.events.filter(each => each.kind === 'load' && NEEDS_HOOK.has(each.name))
      const patched = libraries.filter(({ name }) =>
        isInstalled(facts, `@opentelemetry/instrumentation-${INSTRUMENTED.get(name)}`),
      )
      if (patched.length === 0) return []
      const names = [...new Set(patched.map(({ name }) => name))].slice(0, 5).join(', ')
      return [
        {
          evidence: `${shownPlace(event)} imports ${names}; ${start.from} has no loader hook`,
          fix: `${start.from}: node --experimental-loader=@opentelemetry/instrumentation/hook.mjs ${starter ? `${shownFlag(starter)} ` : ''}${main}`,
        },
      ]
    },
  },
]

function externalOption(tool: string, libraries: readonly string[]): string {
  if (tool === 'esbuild') return libraries.map(name => `--external:${name}`).join(' ')
  if (tool === 'ncc') return libraries.map(name => `-e ${name}`).join(' ')
  return `externals: [${libraries.map(name => `'${name}'`).join(', ')}]`
}

function meantBy(name: string): string | undefined {
  const bare = name.replace(/^@opentelemetry\/instrumentation-|^instrumentation-/, '').toLowerCase()
  return INSTRUMENTATION_NAMES.has(bare) ? bare : closestName(bare, INSTRUMENTATION_NAMES)
}

function hasHook(facts: ApplicationFacts): boolean {
  const isHooked = facts.start.flags.some(
    ({ name, value }) =>
      name === '--experimental-loader' || /hook|import-in-the-middle|dd-trace|newrelic|sentry|elastic/.test(value),
  )
  return isHooked || sourceMark(facts, 'module hook') !== undefined
}

/** Whether a flag preloads a file in which an SDK starts. */
function isPreloadOfSdk(facts: ApplicationFacts): (flag: { name: string; value: string }) => boolean {
  const files = facts.events.filter(({ kind }) => kind === 'start').map(({ file }) => file)
  return ({ name, value }) =>
    (name === '--import' || name === '--require') && files.some(file => value.replace(/^\.\//, '') === file)
}

function isEsmFile(file: string, { manifest }: ApplicationFacts): boolean {
  if (/\.m[jt]s$/.test(file)) return true
  return manifest.type === 'module' && !/\.c[jt]s$/.test(file)
}
