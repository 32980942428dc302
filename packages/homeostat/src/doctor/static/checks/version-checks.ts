import type { InstalledPackage } from '../application-facts.ts'
import type { Finding } from '../../check.ts'
import type { StaticCheck } from '../static-check.ts'
import { ownCopy, sdkLineOf, shownCopy } from '../sdk-in-use.ts'
import { accepts, overlap } from '../version-range.ts'

/** Packages whose versions do not fit together, or do not fit Node. */
export const versionChecks: readonly StaticCheck[] = [
  {
    id: 'sdk-lines-mixed',
    what: 'The application depends on packages of several SDK lines.',
    why: 'The lines 1, 2 and 3 of the SDK do not accept each other: classes exist twice, the peer dependencies on @opentelemetry/api exclude each other, and a resource or reader of one line fails in the other.',
    fix: 'Take all packages from one line: stable 3.x with experimental 0.300 and later, or stable 2.x with 0.200 to 0.299.',
    find(facts) {
      const own = facts.packages.filter(
        each => each.via === undefined && !isExporter(each.name) && each.name !== INSTRUMENTATION,
      )
      const lines = new Map(own.flatMap(each => (sdkLineOf(each) === undefined ? [] : [[sdkLineOf(each), each]])))
      if (lines.size < 2) return []
      const newest = Math.max(...[...lines.keys()].filter(line => line !== undefined))
      return [
        {
          evidence: [...lines.values()].map(each => `${each.name} ${each.version}`).join(', '),
          fix: `package.json: move these packages to line ${newest}: ${[...lines].flatMap(([line, each]) => (line === newest ? [] : [each.name])).join(', ')}`,
        },
      ]
    },
  },
  {
    id: 'exporter-line',
    what: 'An exporter is of another SDK line than the SDK.',
    why: 'The exporter brings its own copy of the SDK packages. Its data types differ from those of the SDK that calls it, so exports fail or lose fields.',
    fix: 'Install the exporter in the version that was released with the SDK: 0.300 and later for SDK 3, 0.200 to 0.299 for SDK 2.',
    find(facts) {
      const sdk = ownCopy(facts, '@opentelemetry/sdk-node') ?? ownCopy(facts, '@opentelemetry/sdk-metrics')
      const line = sdk && sdkLineOf(sdk)
      if (!sdk || line === undefined) return []
      return facts.packages
        .filter(each => each.via === undefined && isExporter(each.name))
        .filter(each => (sdkLineOf(each) ?? line) !== line)
        .map(each => ({
          evidence: `${each.name} ${each.version} is of line ${sdkLineOf(each)}, ${sdk.name} ${sdk.version} of line ${line}`,
          fix: `package.json: "${each.name}" in a version of line ${line}, ${RELEASES[line] ?? 'the one of the SDK'}`,
        }))
    },
  },
  {
    id: 'peer-conflict',
    what: 'A package finds a version of an OpenTelemetry package that it does not accept.',
    why: 'Package managers can be made to install such a pair (`--force`, `--legacy-peer-deps`, overrides). The package then calls functions that are missing, or is given no-op providers.',
    fix: 'Install versions that fit each other; the peer dependency names the range.',
    find(facts) {
      return facts.packages.flatMap(each => {
        const findings: Finding[] = []
        for (const [name, range] of each.peers) {
          const peer = facts.packages.find(({ path }) => path === each.loads.get(name))
          if (!peer || accepts(range, peer.version) !== false) continue
          findings.push({
            evidence: `${shownCopy(each)} needs ${name} ${range} and finds ${peer.version} in ${peer.path}`,
            fix: `package.json: "${name}": "${range}", or another version of ${each.name}`,
          })
        }
        return findings
      })
    },
  },
  {
    id: 'node-too-old',
    what: 'Node is older than a package of OpenTelemetry or Homeostat needs.',
    why: 'Package managers only warn. The package fails when it is loaded, or later where it uses what this Node does not have.',
    fix: 'Use a newer Node, or an older version of the package.',
    find({ node, packages }) {
      if (!node) return []
      const tooNew = packages
        .filter(({ name }) => name.startsWith('@opentelemetry/') || /^(?:@homeostat\/|homeostat$)/.test(name))
        .filter(({ engine = '*' }) => overlap(node.range, engine) === false)
      // Not Map.groupBy: the doctor runs on the Node of the application, which may be 20.
      const byEngine = new Map<string | undefined, InstalledPackage[]>()
      for (const each of tooNew) byEngine.set(each.engine, [...(byEngine.get(each.engine) ?? []), each])
      return [...byEngine].map(([engine, each]) => ({
        evidence: `${node.from} is Node ${node.range}, and ${named(each)} need${each.length === 1 ? 's' : ''} ${engine}`,
        fix: node.from.startsWith('FROM') ? 'Dockerfile: FROM node:24' : 'use Node 24',
      }))
    },
  },
]

const RELEASES: Readonly<Record<number, string>> = {
  1: 'below 0.200',
  2: '0.200 to 0.299 or 2.x',
  3: '0.300 and later or 3.x',
}
const INSTRUMENTATION = '@opentelemetry/instrumentation'

function named(packages: readonly InstalledPackage[]): string {
  const names = packages.map(({ name, version }) => `${name} ${version}`)
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
}

function isExporter(name: string): boolean {
  return name.startsWith('@opentelemetry/exporter-')
}
