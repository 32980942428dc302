import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ProofRecord } from '@homeostat/lab/prove'
import { ProvenApplication } from './proven-application.ts'

let application: ProvenApplication

beforeEach(async () => {
  application = await ProvenApplication.write()
})
afterEach(() => application.remove())

const record = (): ProofRecord =>
  JSON.parse(readFileSync(join(application.folder, 'report.json'), 'utf8')) as ProofRecord

/** Waits until the valve is back; the time is that of a lease on a slow machine. */
const isBack = (): Promise<void> => vi.waitFor(() => expect(application.valve).toBe(8), 60_000)

test('a proof runs to its end, prints the verdicts, and writes a page and the raw data', async () => {
  await application.start()
  const { done } = await application.begin()
  const { code, out, error } = await done

  expect({ code, error }).toMatchObject({ code: 0 })
  expect(out).toMatch(/^plant\.valve at 4 changes the measure by -30 % .*: effective\.$/m)
  expect(out).toMatch(/^placebo +(?:no_effect|inconclusive): /m)
  expect(out).toContain('plant.valve: restored\nplacebo: restored\nwritten: report.html and report.json')
  expect(error).toMatch(/^to see -10 % with 80 % power: \d+ blocks of 2 seconds, total .*$/m)
  expect(error).toMatch(/^pair 6 of 6, block 2 of 2: knob (on|off), placebo (on|off); \S+ left$/m)
  const { terms, judgement, pairs, proof } = record()
  expect(terms).toMatchObject({ knob: 'plant.valve', from: 8, to: 4, expr: 'plant_pressure', seed: 7 })
  expect(judgement).toMatchObject({ isCredible: true, knob: { verdict: 'effective' } })
  expect(pairs).toHaveLength(6)
  expect(proof.ending).toMatchObject({ why: 'completed' })
  const page = readFileSync(join(application.folder, 'report.html'), 'utf8')
  expect(page).toContain('effective.')
  expect(page).not.toContain('<script')
  expect(application.valve).toBe(8)
})

test('an interruption aborts the proof in order, and reports what there is', async () => {
  await application.start()
  const { child, done } = await application.begin()
  child.kill('SIGINT')
  const { code, out, error } = await done
  expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining('It ended early: a person has aborted it.') })
  expect(error).toContain('aborting: knob and placebo are being reverted')
  expect(application.valve).toBe(8)
})

test('a proof whose report cannot be written does not begin', async () => {
  await application.start()
  const { code, out, error } = await application.prove('--knob=plant.valve', '--out=missing/report').done
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(error).toBe(
    "homeostat: error: path 'missing/report.html' cannot be written: the folder 'missing' does not exist; choose another with --out, try --help\n",
  )
  expect(application.valve).toBe(8)
})

test('a command that waits for the warm-up can be interrupted, and has switched nothing', async () => {
  await application.start({ HOMEOSTAT_PROVE: 'plant.valve', WARM_UP_MS: '600000' })
  const { child, done, printed } = application.prove('--knob=plant.valve', '--block=2s', '--pairs=6')
  await vi.waitFor(() => expect(printed.error).toMatch(/^waiting: warm-up: .* of warm-up left$/m), 30_000)
  child.kill('SIGINT')
  expect(await done).toMatchObject({
    code: 1,
    out: '',
    error: expect.stringContaining('interrupted; nothing was switched'),
  })
  expect(application.valve).toBe(8)
})

test('a command line that is killed leaves nothing changed', async () => {
  await application.start()
  const { child } = await application.begin('--pairs=400')
  await application.end(child, 'SIGKILL')
  await isBack()
  await vi.waitFor(async () => {
    const { code, out } = await application.prove('report', '--out=report').done
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('nobody has asked for it for 15 s') })
  }, 60_000)
  expect(record().proof.ending).toMatchObject({ why: 'abandoned' })
})

test('a service that is killed ends the command with a report, and its next life reverts the knob', async () => {
  const service = await application.start()
  const { done } = await application.begin()
  await application.end(service, 'SIGKILL')
  const { code, out } = await done
  expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining('It ended early: the process has ended') })
  expect(record().proof.ending).toMatchObject({ why: 'process ended' })
  expect(application.valve).toBe(4)
  await application.start()
  await isBack()
})

test('a service that stops ends the proof, with the knob reverted', async () => {
  const service = await application.start()
  const { done } = await application.begin()
  await application.end(service, 'SIGTERM')
  expect(application.valve).toBe(8)
  expect((await done).code).toBe(1)
})

test('pause, resume and abort from another terminal', async () => {
  await application.start()
  const { done, printed } = await application.begin('--pairs=100')
  expect(await application.prove('pause').done).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^paused with everything reverted: 0 of 100 pairs measured/),
  })
  expect(application.valve).toBe(8)
  await vi.waitFor(() => expect(printed.error).toContain('paused with everything reverted'), 30_000)
  const soFar = await application.prove('report', '--out=early').done
  expect({ code: soFar.code, out: soFar.out }).toEqual({
    code: 0,
    out: expect.stringMatching(
      /^The proof is not over: 0 of 100 pairs measured[^]*written: early\.html and early\.json$/m,
    ),
  })
  expect(soFar.out).not.toMatch(/effective|no_effect|It ended early/)
  expect((await application.prove('resume').done).out).toMatch(/^pair 1 of 100, block 1 of 2/)
  const aborted = await application.prove('abort', '--json').done
  expect(JSON.parse(aborted.out)).toMatchObject({
    state: 'over',
    reverted: ['plant.valve: restored', 'placebo: restored'],
  })
  expect((await done).code).toBe(1)
  expect(record().proof.pauses).toHaveLength(1)
  expect(application.valve).toBe(8)
})

test('plan says how long which effect takes, from the noise that it observes, and switches nothing', async () => {
  await application.start()
  const asked = ['plan', '--knob=plant.valve', '--block=500ms', '--observe=6s']
  const { code, out } = await application.prove(...asked).done
  expect(code).toBe(0)
  expect(out).toMatch(/^knob +plant\.valve: 8 and 4 \(response to PressureHigh\)$/m)
  expect(out).toMatch(
    /^to see -10 % with 80 % power: 12 blocks of 0\.5 seconds, total 6s \(observed noise of [\d.]+ % between blocks\)$/m,
  )
  expect(application.valve).toBe(8)
})

test('what cannot be done is one line and an exit code', async () => {
  await application.start({ HOMEOSTAT_INSPECTION: 'true' })
  for (const [args, line] of [
    [['--knob=plant.valve'], 'this process does not allow it: start it with HOMEOSTAT_PROVE=plant.valve'],
    [['--knob=plant.vale'], "'plant.vale' is not a knob of this process"],
    [[], "required option '--knob' not provided"],
    [['begin', '--knob=x'], 'expected run, plan, pause, resume, abort, report'],
    [['--knob=plant.valve', '--to=many'], "'--to' must be a number, got 'many'"],
    [['--knob=plant.valve', '--effect=2'], "'--effect' must be a share such as 0.1 or 10%"],
    [['--knob=plant.valve', '--block=long'], "'--block' must be a duration such as 90s or 2h"],
    [['--knob=plant.valve', '--pairs=6', '--for=1h'], 'give one of --pairs and --for'],
    [['--knob=plant.valve', '--noise=5%', '--observe=10m'], 'give one of --noise and --observe'],
    [['abort'], 'no proof was started in this process'],
    [['--process=1', '--knob=x'], 'process 1 cannot be asked'],
  ] as const) {
    const { code, out, error } = await application.prove(...args).done
    expect({ args, code, out }).toEqual({ args, code: 2, out: '' })
    expect(error.trimEnd().split('\n')).toEqual([expect.stringContaining(`homeostat: error: ${line}`)])
  }
})

test('what cannot be proven is refused before anything is observed or switched', async () => {
  await application.start()
  for (const [args, line] of [
    [['--to=40'], 'plant.valve takes values from 1 to 16, and not 40'],
    [['--block=100ms', '--observe=2h'], 'blocks of 100ms are too short: '],
    [['--block=2s', '--observe=5s'], "'--observe' must be at least 12s: the noise is that of 6 blocks of 2s"],
    [['--block=2s', '--for=10s', '--observe=2h'], '2 pairs cannot be significant: 6 pairs of 2s blocks take 24s'],
    [['--measure=sum(', '--direction=up', '--observe=2h'], 'the measure cannot be evaluated: '],
    [['--measure=nothing', '--direction=up', '--observe=2h'], 'the measure has no value: nothing; send the process'],
  ] as const)
    for (const verb of ['plan', 'run']) {
      const { code, out, error } = await application.prove(verb, '--knob=plant.valve', ...args).done
      expect({ args, code, out }).toEqual({ args, code: 2, out: '' })
      expect(error.trimEnd().split('\n').at(-1)).toContain(`homeostat: error: ${line}`)
    }
  expect(application.valve).toBe(8)
})
