import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert, constantFrom, dictionary, jsonValue, oneof, property, record, string, tuple } from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { diagnose, diagnosisLines } from '../../../src/doctor/static/diagnosis.ts'
import { parseSource } from '../../../src/doctor/static/files/source-file.ts'
import { parseDockerfile } from '../../../src/doctor/static/files/dockerfile.ts'
import { LARGEST_BYTES } from '../../../src/doctor/static/files/file-reading.ts'
import { readApplication } from '../../../src/doctor/static/files/read-application.ts'
import { shellCommands } from '../../../src/doctor/static/files/shell-words.ts'
import { application, diagnosisOf, installed, MACHINE } from './sample-application.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

function diagnosed(environment: Record<string, string> = {}): string[] {
  return diagnosisLines(diagnose(readApplication(folder, { machine: { ...MACHINE, environment } })))
}

const names = constantFrom(
  '@opentelemetry/api',
  '@opentelemetry/sdk-node',
  '__proto__',
  '../..',
  'node_modules',
  '',
  '@',
  'a/b/c',
  '.',
)
const versions = oneof(
  constantFrom('1.9.0', '1.10.0', '^1', '>=1 <', 'workspace:*', 'npm:x@1', '💥', '\u001b[31m'),
  string(),
)
const scripts = oneof(
  string(),
  constantFrom('npm start', 'npm run start', 'A=1', 'node', 'node --import', "node '", 'node -r . \\'),
)
const field = (values: typeof versions) => oneof(dictionary(names, values), jsonValue())

it('any package.json and any installed one give a diagnosis', () => {
  const manifests = record(
    {
      name: jsonValue(),
      version: oneof(versions, jsonValue()),
      type: jsonValue(),
      main: oneof(constantFrom('/etc/passwd', '../../x.js', '.'), jsonValue()),
      scripts: oneof(record({ start: scripts, build: scripts }), jsonValue()),
      dependencies: field(versions),
      peerDependencies: field(versions),
      peerDependenciesMeta: jsonValue(),
      engines: oneof(record({ node: versions }), jsonValue()),
    },
    { requiredKeys: [] },
  )
  const texts = oneof(manifests, jsonValue()).map(value => JSON.stringify(value))
  mkdirSync(join(folder, 'node_modules/@opentelemetry/api'), { recursive: true })
  mkdirSync(join(folder, 'node_modules/@opentelemetry/sdk-node'), { recursive: true })
  const paths = [
    'package.json',
    'node_modules/@opentelemetry/api/package.json',
    'node_modules/@opentelemetry/sdk-node/package.json',
  ]
  assert(
    property(tuple(oneof(texts, string()), texts, texts), contents => {
      for (const [index, path] of paths.entries()) writeFileSync(join(folder, path), contents[index]!)
      for (const line of diagnosed()) expect(line).not.toMatch(/[\p{Cc}]/u)
    }),
    { numRuns: 300 },
  )
})

it('any variables give a diagnosis', () => {
  for (const [path, content] of Object.entries(application())) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  const variables = constantFrom(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OTEL_RESOURCE_ATTRIBUTES',
    'OTEL_CONFIG_FILE',
    'NODE_OPTIONS',
    '__proto__',
    'OTEL_METRIC_EXPORT_INTERVAL',
    'HOMEOSTAT_MODE',
    'OTEL_METRICS_EXPORTER',
    'OTEL_NODE_ENABLED_INSTRUMENTATIONS',
  )
  assert(
    property(dictionary(variables, string()), environment => void diagnosed(environment)),
    { numRuns: 200 },
  )
})

it('a pipe, a folder, a device, a loop of links and an unreadable file are passed over', () => {
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ main: 'server.js', dependencies: { '@opentelemetry/api': '1' } }),
  )
  execFileSync('mkfifo', [join(folder, 'Dockerfile'), join(folder, 'server.js')])
  mkdirSync(join(folder, 'compose.yaml'))
  symlinkSync('/dev/zero', join(folder, 'compose.yml'))
  mkdirSync(join(folder, 'node_modules/@opentelemetry/api'), { recursive: true })
  symlinkSync('package.json', join(folder, 'node_modules/@opentelemetry/api/package.json'))
  writeFileSync(join(folder, 'docker-compose.yml'), '')
  chmodSync(join(folder, 'docker-compose.yml'), 0)
  const lines = diagnosed()
  expect(lines).toContain('note: Dockerfile was not read: HOMEOSTAT_IRREGULAR_FILE')
  expect(lines).toContain('note: compose.yml was not read: HOMEOSTAT_IRREGULAR_FILE')
  expect(lines).toContain('note: node_modules/@opentelemetry/api/package.json was not read: ELOOP')
})

it('a folder that is missing or is a file has no findings', () => {
  expect(diagnose(readApplication(join(folder, 'missing'), { machine: MACHINE })).findings).toEqual([])
  writeFileSync(join(folder, 'file'), '')
  expect(diagnose(readApplication(join(folder, 'file'), { machine: MACHINE })).findings).toEqual([])
})

it('sources outside the folder are not read', () => {
  const outside = mkdtempSync(join(tmpdir(), 'doctor-outside-'))
  try {
    writeFileSync(join(outside, 'secret.js'), 'new NodeSDK({ metricReader: 1 })')
    symlinkSync(join(outside, 'secret.js'), join(folder, 'linked.js'))
    writeFileSync(join(folder, 'package.json'), '{ "scripts": { "start": "node -r ./linked.js server.js" } }')
    writeFileSync(join(folder, 'server.js'), `require('${join('..', outside.split('/').at(-1)!, 'secret.js')}')`)
    expect(readApplication(folder, { machine: MACHINE })).toMatchObject({ marks: [], events: [] })
  } finally {
    rmSync(outside, { recursive: true })
  }
})

it('packages that depend on each other in a circle are read once', () => {
  const { findings, packages } = diagnosisOf({
    files: {
      'package.json': { dependencies: { '@opentelemetry/api': '1' } },
      ...installed('@opentelemetry/api', '1.9.1', { dependencies: { '@opentelemetry/core': '2' } }),
      ...installed('@opentelemetry/core', '2.0.0', { dependencies: { '@opentelemetry/api': '1' } }),
    },
  })
  expect(findings).toEqual([])
  expect(packages).toHaveLength(2)
})

it('a folder without installed packages has a note, not a finding per package', () => {
  const { files } = {
    files: { 'package.json': application({ scripts: { start: 'node --import @acme/x .' } })['package.json'] },
  }
  expect(diagnosisOf({ files })).toMatchObject({ findings: [], notes: [expect.stringContaining('install first')] })
})

it('an endless range is not compared', () => {
  const engines = { node: '>=1 '.repeat(50_000) }
  const files = application({}, installed('@opentelemetry/sdk-node', '0.223.0', { engines }))
  expect(diagnosisOf({ files }).findings).toEqual([])
})

it('an aliased package goes by its own name', () => {
  const { packages } = diagnosisOf({
    files: {
      'package.json': { dependencies: { '@opentelemetry/api-old': 'npm:@opentelemetry/api@1.8.0' } },
      'node_modules/@opentelemetry/api-old/package.json': { name: '@opentelemetry/api', version: '1.8.0' },
    },
  })
  expect(packages).toEqual([
    { name: '@opentelemetry/api', version: '1.8.0', path: 'node_modules/@opentelemetry/api-old' },
  ])
})

it('nothing of the application is run', () => {
  const witness = join(folder, 'witness')
  const code = `require('node:fs').writeFileSync(${JSON.stringify(witness)}, '')`
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ scripts: { start: 'node -r ./otel.js .', build: code }, main: 'server.js' }),
  )
  for (const file of ['otel.js', 'server.js', 'index.js', 'webpack.config.js']) writeFileSync(join(folder, file), code)
  diagnosed()
  expect(existsSync(witness)).toBe(false)
})

it('no value of a variable that can be a secret is printed', () => {
  const secret = 'hunter2hunter2'
  const names = [
    'OTEL_EXPORTER_OTLP_HEADERS',
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    'OTEL_METRICS_EXPORTER',
    'OTEL_RESOURCE_ATTRIBUTES',
    'OTEL_METRIC_EXPORT_INTERVAL',
    'OTEL_SDK_DISABLED',
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    'HOMEOSTAT_MODE',
    'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    'OTEL_EXPORTER_OTLP_HEADER',
    'OTEL_EXPORTER_OLTP_HEADERS',
  ]
  const environment = {
    ...Object.fromEntries(names.map(name => [name, secret])),
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://user:${secret}@collector:4317/${secret}/v1/metrics?key=${secret}`,
    NODE_OPTIONS: `--max-old-space-size=${secret}`,
  }
  const diagnosis = diagnosisOf({ files: application(), environment })
  expect(diagnosis.findings.length).toBeGreaterThan(8)
  expect(JSON.stringify(diagnosis)).not.toContain(secret)
})

/** The CPU time of this process while it reads the text in every way that the doctor reads a file. */
function cpuMs(text: string): number {
  const before = process.cpuUsage()
  parseSource(text)
  parseDockerfile(text)
  shellCommands(text)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** Below this, the clock of the CPU and one collection of garbage are a large part of what is measured. */
const LEAST_CPU_MS = 20

it.each([
  ['open comments', '/* '],
  ['quotes', `'\\`],
  ['imports without an end', 'import a\n'],
  ['requires', 'x require('],
  ['white space', ' '],
  ['lines that are continued', '\\\n'],
])('a file as large as any that is read, full of %s, is read in linear time', (_, piece) => {
  // The sizes are compared with each other, so that the speed of the machine does not count, nor what else it runs. A
  // quadratic pattern took eleven minutes for the largest size; it fails at the second one, after ten seconds.
  let smallerMs = Infinity
  for (const bytes of [LARGEST_BYTES / 64, LARGEST_BYTES / 8, LARGEST_BYTES]) {
    const text = piece.repeat(Math.floor(bytes / piece.length))
    const ms = cpuMs(text)
    // Eight times the text takes eight times as long if it is read in linear time, and 64 times in quadratic time.
    expect(ms).toBeLessThan(24 * Math.max(smallerMs, LEAST_CPU_MS))
    smallerMs = ms
  }
})
