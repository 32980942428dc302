import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../knobs/cell.ts'
import { startChild } from './child.ts'

const WATCHED = `
const killSwitch = new optimizer.KillSwitch({})
const watchdog = new optimizer.Watchdog({
  limitMs: 300,
  onChange: () => killSwitch.check(),
  onFault: error => console.log(error.code),
})
killSwitch.add(watchdog)
watchdog.start()
console.log('watching')
`

test('a process ends by itself, with its own exit code, although its watchdog was never stopped', async () => {
  const child = startChild(`${WATCHED}; process.exitCode = 7`)
  expect(await child.ended()).toBe(7)
  expect(child.said()).toBe('watching\n')
})

test('modules that the process preloads are not loaded again in the thread', async () => {
  const preloaded = join(temporaryFolder(), 'preloaded.mjs')
  await writeFile(preloaded, 'import { writeSync } from "node:fs"; writeSync(1, "preloaded\\n")')

  const child = startChild(`${WATCHED}; setTimeout(() => process.exit(0), 1500)`, {
    NODE_OPTIONS: `--import=${pathToFileURL(preloaded).href}`,
  })
  expect(await child.ended()).toBe(0)
  expect(child.said()).toBe('preloaded\nwatching\n')
})

test('a process that was suspended as a whole has no blocked loop', async () => {
  const child = startChild(`${WATCHED}; setInterval(() => console.log('alive', killSwitch.state.tripped), 100)`)
  await child.heard('alive', 10)
  child.process.kill('SIGSTOP')
  await sleep(1500)
  const before = child.said()
  child.process.kill('SIGCONT')
  await child.heard('alive', before.split('alive').length + 10)
  expect(child.said()).not.toContain('true')
  expect(child.said()).not.toContain('HOMEOSTAT')
})
