// npm start: shops on real servers, real trouble, and what Homeostat does about it.
import { messageOf } from './availability.ts'
import { Demonstration } from './demo/demonstration.ts'
import { Interruption } from './demo/interruption.ts'
import { manySeeds, seedRunner } from './demo/many-seeds.ts'
import type { DemoOptions } from './demo/options.ts'
import { OptionError, parseOptions, usage } from './demo/options.ts'
import { Screen } from './demo/screen.ts'
import { printSummary } from './demo/summary.ts'

/** Resolves to the exit code. Everything that was started has been stopped by then. */
async function demo(options: DemoOptions, interruption: Interruption): Promise<number> {
  const screen = new Screen(process.stdout, process.env)
  if (options.seeds > 1) return manySeeds(options, interruption, screen, seedRunner(options, interruption))
  await using demonstration = new Demonstration({ ...options, interruption, screen })
  const ended = await demonstration.run()
  if (ended === undefined) return interruption.exitCode
  printSummary(screen, ended)
  if (options.watch) {
    const { shopUrl } = demonstration
    screen.line(`Still running, as ${shopUrl}: /metrics /performance /knobs. End: Ctrl-C`)
    await demonstration.everyday()
    return interruption.exitCode
  }
  screen.line('To look at it while it runs on: npm start -- --watch')
  return ended.missing.length === 0 ? 0 : 1
}

const interruption = new Interruption()
try {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) console.log(usage)
  else process.exitCode = await demo(options, interruption)
} catch (error) {
  if (!interruption.signal.aborted) console.error(`demo: ${messageOf(error)}`)
  process.exitCode = error instanceof OptionError ? 2 : interruption.exitCode
}
if (interruption.reason) console.error(`demo: ${interruption.reason}`)
// The servers' guardian and idle connections must not keep an ended demonstration.
process.exit()
