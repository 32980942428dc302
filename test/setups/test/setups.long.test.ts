import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installed, removeTarballs } from '../src/install.ts'
import { LIBRARIES, LINES, type Line } from '../src/lines.ts'
import type { Observation } from '../src/observation.ts'
import { runSetup, type Reading, type SetupResult } from '../src/setup-run.ts'

const OURS = ['--import', 'homeostat/register']
const AUTO = ['--import', '@opentelemetry/auto-instrumentations-node/register']
const REQUIRED = ['--require', '@opentelemetry/auto-instrumentations-node/register']
/** The rule of `apps/rules.yml` over the application's own counter. */
const ALERT = 'TooManyOrders'

/** The interval and the rules of Homeostat are in the file. */
const YAML = { OTEL_CONFIG_FILE: 'otel.yaml', HOMEOSTAT_RULE_FILES: undefined, HOMEOSTAT_INTERVAL_MS: undefined }

const folders = {} as Record<Line, string>
beforeAll(async () => {
  // One after the other: both pack the same tarballs.
  for (const line of Object.keys(LINES) as Line[])
    folders[line] = await installed(line, { ...LINES[line], ...LIBRARIES })
})
afterAll(() => removeTarballs())

interface Setup {
  readonly line: Line
  /** Flags and file with Homeostat. */
  readonly command: readonly string[]
  readonly reading?: Reading
  readonly variables?: Readonly<Record<string, string | undefined>>
}

const sells = (observation: Observation): boolean =>
  [...observation.counters.keys()].some(name => /^shop[._]stock/.test(name))
/** A metric of ours that nobody else exports: Prometheus text has one series of a name, so others' `nodejs.*` take the place of ours. */
const hasDelay = ({ ours }: Observation): boolean =>
  [...ours].some(name => /^homeostat[._]eventloop[._]delay/.test(name))
const isWorking = (observation: Observation): boolean =>
  observation.firing.has(ALERT) && observation.ours.size > 10 && hasDelay(observation)
const run = ({ line, ...setup }: Setup, isEnough: (observation: Observation) => boolean): Promise<SetupResult> =>
  runSetup({ folder: folders[line], ...setup, isEnough, lastWords: 'shop: open' })

/** The same application without our flag; runs that differ only in where the flag is share one. */
const baselines = new Map<string, Promise<SetupResult>>()
function baseline({ command, ...setup }: Setup): Promise<SetupResult> {
  const without = command.filter((each, index) => each !== OURS[1] && command[index + 1] !== OURS[1])
  const key = JSON.stringify([without, setup])
  const known = baselines.get(key) ?? run({ ...setup, command: without }, sells)
  baselines.set(key, known)
  return known
}

/** Our series arrive, the rule fires, and what others export is what they export without us. */
async function expectToWork(setup: Setup): Promise<void> {
  const own = await run(setup, isWorking)
  expect(own.isComplete, own.printed).toBe(true)
  const without = await baseline(setup)
  expect(without.isComplete, without.printed).toBe(true)
  expect(without.observation.ours.size).toBe(0)
  expect([...own.observation.foreign].toSorted()).toEqual([...without.observation.foreign].toSorted())
  expect(Object.fromEntries(own.observation.counters)).toEqual(Object.fromEntries(without.observation.counters))
}

describe.each(['first', 'second'] as const)('homeostat/register as the %s flag', place => {
  const flags = (other: readonly string[]): string[] => (place === 'first' ? [...OURS, ...other] : [...other, ...OURS])
  const cases = (['plain.mjs', 'plain.cjs'] as const).flatMap(file =>
    (['push', 'push delta', 'pull'] as const).map(reading => [file, reading] as const),
  )

  it.each(cases)('beside auto-instrumentations-node/register of SDK 3, before %s, %s', async (file, reading) => {
    await expectToWork({ line: 'sdk-3', command: [...flags(AUTO), file], reading })
  })

  it.each([
    ['plain.mjs', 'push delta'],
    ['plain.cjs', 'push'],
    ['plain.mjs', 'pull'],
  ] as const)('beside auto-instrumentations-node/register of SDK 2, before %s, %s', async (file, reading) => {
    await expectToWork({ line: 'sdk-2', command: [...flags(AUTO), file], reading })
  })

  it('beside a preload by --require', async () => {
    await expectToWork({ line: 'sdk-3', command: [...flags(REQUIRED), 'plain.cjs'] })
  })
})

describe.each(['sdk-3', 'sdk-2'] as const)('%s', line => {
  it.each([
    ['sdk-in-code.mjs', 'push'],
    ['sdk-in-code.cjs', 'pull'],
  ] as const)('NodeSDK in code with readers from the environment: %s, %s', async (file, reading) => {
    await expectToWork({ line, command: [...OURS, file], reading })
  })

  const FROM_FILE = ['--import', './sdk-from-file.mjs']
  it.each([
    ['before', [...OURS, ...FROM_FILE]],
    ['after', [...FROM_FILE, ...OURS]],
  ])(
    'our flag %s a preload that starts the SDK from a YAML file, which holds our options as well',
    async (_, flags) => {
      await expectToWork({ line, command: [...flags, 'plain.mjs'], variables: YAML })
    },
  )

  it('a YAML file and no preload that reads it: the flag starts the SDK with the contrib instrumentations', async () => {
    const own = await run({ line, command: [...OURS, 'plain.mjs'], variables: YAML }, isWorking)
    expect(own.isComplete, own.printed).toBe(true)
    const without = await baseline({ line, command: [...FROM_FILE, 'plain.mjs'], variables: { ...YAML, CONTRIB: '1' } })
    expect(without.isComplete, without.printed).toBe(true)
    expect([...own.observation.foreign]).toEqual(expect.arrayContaining([...without.observation.foreign]))
    // Upstream's start never gives its provider to instrumentations, so their metrics are missing there.
    expect([...own.observation.foreign].join()).toContain('@opentelemetry/instrumentation-http')
  })

  it('NestJS', async () => {
    await expectToWork({ line, command: [...AUTO, ...OURS, 'nest.cjs'] })
  })

  it('worker threads', async () => {
    await expectToWork({ line, command: [...OURS, ...AUTO, 'threads.mjs'] })
  })
})

it('no SDK at all: our series are sent, and a rule over them fires', async () => {
  const variables = { HOMEOSTAT_RULE_FILES: 'own-rules.yml' }
  const setup = { line: 'sdk-3', command: [...OURS, 'plain.mjs'], variables } as const
  const { isComplete, printed, observation } = await run(
    setup,
    ({ firing, ours }) => firing.has('Runs') && ours.size > 10,
  )
  expect(isComplete, printed).toBe(true)
  // Without an SDK, what the application records goes nowhere, with us as without.
  expect([...observation.foreign]).toEqual([])
})

it('a disabled process exports what it exports without us, and nothing of ours', async () => {
  const setup = { line: 'sdk-3', command: [...OURS, ...AUTO, 'plain.mjs'] } as const
  const disabled = await run({ ...setup, variables: { HOMEOSTAT_DISABLED: '1' } }, sells)
  expect(disabled.observation.ours.size).toBe(0)
  const without = await baseline(setup)
  expect([...disabled.observation.foreign].toSorted()).toEqual([...without.observation.foreign].toSorted())
})
