import { satisfies, valid } from 'semver'
import { NEEDS_HOOK } from '../../static/instrumented-libraries.ts'
import type { Finding } from '../../check.ts'
import type { LiveCheck } from '../live-check.ts'
import type {
  InstrumentationFacts,
  InstrumentedLibrary,
  LiveFacts,
  LoadedLibrary,
} from '../../../examination/live-facts.ts'

/** Why an instrumentation has patched nothing. */
type Reason = 'version' | 'bundled' | 'import' | 'late' | 'unknown'

/** Instrumentations that are enabled and measure nothing. */
export const instrumentationChecks: readonly LiveCheck[] = [
  {
    id: 'instrumentation-late',
    what: 'A library was loaded before its instrumentation, which has patched nothing.',
    why: 'An instrumentation changes a library while it is loaded. Code that has it already keeps the unchanged one.',
    fix: 'Start the SDK in a file of its own, with `--import` or `--require`, before the application.',
    find: facts =>
      unpatched(facts, 'late', ({ instrumentation, library, loaded }) => ({
        evidence: `${shown(library, loaded)} was loaded before ${instrumentation.name} and is not patched`,
        fix: `start command: --import the file that registers ${instrumentation.name}, before anything that loads ${library.name}`,
      })),
  },
  {
    id: 'instrumentation-import-unhooked',
    what: 'A library is imported as an ES module, and its instrumentation has patched nothing.',
    why: 'Instrumentations hook `require`. They see `import` only through the loader hook of import-in-the-middle.',
    fix: 'Register the hook: `--import @opentelemetry/instrumentation/hook.mjs` with module.register, or `--experimental-loader=@opentelemetry/instrumentation/hook.mjs`.',
    find: facts =>
      unpatched(facts, 'import', ({ instrumentation, library, loaded }) => ({
        evidence: `${shown(library, loaded)} was imported as an ES module, and ${instrumentation.name} has no hook there`,
        fix: 'start command: --experimental-loader=@opentelemetry/instrumentation/hook.mjs',
      })),
  },
  {
    id: 'instrumentation-library-bundled',
    what: 'A library is inside a bundle, and its instrumentation has patched nothing.',
    why: 'A bundler copies the library into its output. Nothing requires or imports it by name any more, so no hook runs.',
    fix: 'Leave the library outside of the bundle.',
    find: facts =>
      unpatched(facts, 'bundled', ({ instrumentation, library, loaded }) => ({
        evidence: `${library.name} is inside ${loaded.path}, and ${instrumentation.name} has patched nothing`,
        fix: `bundler: mark ${library.name} external, e.g. esbuild --external:${library.name}`,
      })),
  },
  {
    id: 'instrumentation-version',
    what: 'An instrumentation does not support the version of the library, and has patched nothing.',
    why: 'Each instrumentation names the versions that it can patch. It leaves others alone without a warning.',
    fix: 'Update the instrumentation, or use a version of the library that it supports.',
    find: facts =>
      unpatched(facts, 'version', ({ instrumentation, library, loaded }) => ({
        evidence: `${shown(library, loaded)} is loaded, and ${instrumentation.name}${instrumentation.version === undefined ? '' : ` ${instrumentation.version}`} supports ${library.ranges.join(' or ')}`,
        fix: `package.json: update ${instrumentation.name}, or use ${library.name} ${library.ranges[0] ?? ''}`,
      })),
  },
  {
    id: 'instrumentation-without-effect',
    what: 'A library is loaded, and its instrumentation has patched nothing for an unknown reason.',
    why: 'Something loads modules past the hook of the instrumentation: a test runner, a transpiler, a snapshot, or another copy of @opentelemetry/instrumentation.',
    fix: 'Run the compiled application with plain Node, and compare.',
    find: facts =>
      unpatched(facts, 'unknown', ({ instrumentation, library, loaded }) => ({
        evidence: `${shown(library, loaded)} was required after ${instrumentation.name} and is not patched`,
        fix: 'start command: node, without a transpiler or a runner in between',
      })),
  },
  {
    id: 'instrumentation-registered-twice',
    what: 'An instrumentation is registered twice.',
    why: 'Both instances patch the library, so that each request, query or command is recorded twice.',
    fix: 'Register it once: getNodeAutoInstrumentations() and the register file contain most of them already.',
    find({ instrumentations = [] }) {
      const counts = new Map<string, { readonly name: string; count: number }>()
      for (const { name, isEnabled, libraries } of instrumentations) {
        // One instrumentation may consist of several, e.g. that of redis: of 2 and 3, of 4 and 5, and one around both that patches nothing.
        if (!isEnabled || libraries.length === 0) continue
        const key = JSON.stringify([name, libraries.map(library => [library.name, library.ranges])])
        const known = counts.get(key) ?? { name, count: 0 }
        known.count++
        counts.set(key, known)
      }
      return [...counts.values()]
        .filter(({ count }) => count > 1)
        .map(({ name, count }) => ({
          evidence: `${count} instances of ${name} are enabled`,
          fix: `remove ${name} from one of the lists of instrumentations`,
        }))
    },
  },
]

/** OpenTelemetry's own exporters import it. The facts do not show whether the application does so, too. */
const OF_EXPORTERS = '@grpc/grpc-js'

interface Unpatched {
  readonly instrumentation: InstrumentationFacts
  readonly library: InstrumentedLibrary
  readonly loaded: LoadedLibrary
}

function unpatched(
  { instrumentations = [] }: LiveFacts,
  reason: Reason,
  finding: (unpatched: Unpatched) => Finding,
): Finding[] {
  const patched = new Set(
    instrumentations.filter(({ libraries }) => libraries.some(({ isPatched }) => isPatched)).map(({ name }) => name),
  )
  return instrumentations
    .filter(({ name, isEnabled }) => isEnabled && !patched.has(name))
    .flatMap(instrumentation =>
      instrumentation.libraries.flatMap(library => {
        const { loaded } = library
        if (loaded === undefined || library.name === OF_EXPORTERS || reasonOf(library, loaded) !== reason) return []
        return [finding({ instrumentation, library, loaded })]
      }),
    )
}

function reasonOf(library: InstrumentedLibrary, { how, version, isEarlier }: LoadedLibrary): Reason {
  if (!isSupported(library.ranges, library.metVersion ?? version)) return 'version'
  if (how === 'bundled') return 'bundled'
  // Some instrumentations patch a file inside of the library. Node requires that file even if the application imports the library.
  if (how === 'imported' && (NEEDS_HOOK.has(library.name) || !isEarlier)) return 'import'
  return isEarlier ? 'late' : 'unknown'
}

/** Versions that cannot be compared count as supported. */
function isSupported(ranges: readonly string[], version: string | undefined): boolean {
  if (version === undefined || valid(version) === null || ranges.length === 0) return true
  return ranges.some(range => satisfies(version, range, { includePrerelease: true }))
}

function shown({ name }: InstrumentedLibrary, { version, path }: LoadedLibrary): string {
  return `${name}${version === undefined ? '' : ` ${version}`} in ${path}`
}
