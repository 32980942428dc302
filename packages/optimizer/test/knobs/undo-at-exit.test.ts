import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from './cell.ts'

const OPTIMIZER = new URL('../../dist/index.js', import.meta.url).href

/** A program that sets a knob kept in a file from 8 to 4, and then does what the test says. */
const PROGRAM = `
import { readFileSync, writeFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
const [file, stateDir] = process.argv.slice(1)
const { Knobs, knobAction } = await import(${JSON.stringify(OPTIMIZER)})
const knob = {
  name: 'file.value', scope: 'process', bounds: { min: 1, max: 50 },
  read: async () => Number(await readFile(file, 'utf8')),
  async compareAndSet(expected, next) {
    if (Number(readFileSync(file, 'utf8')) !== expected) return false
    writeFileSync(file, String(next))
    return true
  },
}
const knobs = new Knobs({ knobs: [knob], service: 'shop', stateDir, clock: Date.now })
await knobs.start()
const firing = { alert: 'A', labels: {}, annotations: {}, value: 1, since: 0 }
const run = to => knobAction(knob, knobs).run({ firing, options: { to }, now: 0, signal: AbortSignal.timeout(60000), sliceMs: 5 })
`

/** What the file holds when the program has ended, its exit code, and what it printed. */
async function after(program: string): Promise<{ value: number; code: unknown; said: string }> {
  const folder = temporaryFolder()
  const file = join(folder, 'value')
  writeFileSync(file, '8')
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM + program, file, join(folder, 'state')])
  let said = ''
  child.stdout.on('data', (text: Buffer) => (said += String(text)))
  child.stderr.on('data', (text: Buffer) => (said += String(text)))
  const [code] = (await once(child, 'close')) as [unknown]
  return { value: Number(readFileSync(file, 'utf8')), code, said }
}

it('2-25: a value kept outside is undone before the natural end of the process', { timeout: 60_000 }, async () => {
  const ended = await after(`await run(4); console.log(readFileSync(file, 'utf8'))`)
  expect(ended).toMatchObject({ value: 8, code: 0, said: '4\n' })
})

it('2-25: and nothing is set any more while that goes on', { timeout: 60_000 }, async () => {
  const ended = await after(`
    await run(4)
    process.once('beforeExit', async () => console.log((await run(2)).problems[0]))
  `)
  expect(ended).toMatchObject({ value: 8, code: 0, said: 'file.value is not set: stopped\n' })
})

it.each([
  ['process.exit()', 'process.exit(0)'],
  ['SIGTERM without a handler', `process.kill(process.pid, 'SIGTERM'); await new Promise(r => setTimeout(r, 10000))`],
])('2-25: after %s the way back is on the disk, and the next process goes it', { timeout: 60_000 }, async (_, end) => {
  const folder = temporaryFolder()
  const file = join(folder, 'value')
  writeFileSync(file, '8')
  const start = (program: string): Promise<unknown> =>
    once(spawn(process.execPath, ['--input-type=module', '-e', PROGRAM + program, file, folder]), 'close')
  await start(`await run(4); ${end}`)
  expect(readFileSync(file, 'utf8')).toBe('4')
  await start('await knobs.close()')
  expect(readFileSync(file, 'utf8')).toBe('8')
})

it(
  '2-25: a process in which nothing is changed has no listener and ends as it would',
  { timeout: 60_000 },
  async () => {
    const ended = await after(`
    await run(8)
    console.log(process.listenerCount('beforeExit'))
    const { undo } = await run(4)
    console.log(process.listenerCount('beforeExit'))
    await undo({ now: 0, signal: AbortSignal.timeout(1000) })
    console.log(process.listenerCount('beforeExit'))
  `)
    expect(ended).toMatchObject({ value: 8, code: 0, said: '0\n1\n0\n' })
  },
)
