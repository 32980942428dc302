import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Homeostat, HomeostatOptions } from 'homeostat'
import { homeostat } from 'homeostat'
import { Collections } from './collections.ts'
import { cpuOfTurnsDuring, longestOf, mainThreadMs, median } from './turns.ts'
import { actions, responsesFor, rulesFor, yamlOfResponses, yamlOfRules } from './large-program.ts'

/** Rules, or rules with as many responses, that come in code or in files which somebody changes while the process runs. */
export interface LoadingTask {
  readonly by: 'code' | 'file'
  readonly what: 'rules' | 'responses'
  readonly count: number
  /** How often they are loaded. */
  readonly times: number
}

export interface Loading {
  /** CPU of the main thread of one loading, median. */
  readonly cpuMs: number
  /** CPU of the turns of the event loop in milliseconds after `homeostat()` had returned, the longest of each loading. */
  readonly longestSlices: readonly number[]
  /** The longest pause for the collection of garbage in milliseconds; it is part of some slice. */
  readonly longestCollectionMs: number
  /** CPU of the call of `homeostat()` in milliseconds, with all of it and with nothing. */
  readonly startMs: number
  readonly emptyStartMs: number
  /** The rules that were found to be in force. */
  readonly rules: number
}

type Rules = Homeostat['optimizer']['rules']

const POLL_MS = 20
/** What is reported after everything is in force belongs to the loading. */
const AFTERWARDS_MS = 300

process.once('message', (task: LoadingTask) => {
  void loaded(task).then(loading => process.send?.(loading, () => process.disconnect()))
})

async function loaded(task: LoadingTask): Promise<Loading> {
  const folder = await mkdtemp(join(tmpdir(), 'homeostat-cost-'))
  const common: HomeostatOptions = { stateDir: folder, autoStart: false, environment: {}, log: false, actions }
  // The first one has code compiled that every start needs.
  for (let warm = 0; warm < 2; warm++) await started(common).h.stop()
  const empty = started(common)
  await empty.h.stop()
  const collections = new Collections()
  const found = await (task.by === 'code' ? inCode(task, common) : byFile(task, common, folder))
  await rm(folder, { recursive: true })
  return { ...found, emptyStartMs: empty.startMs, longestCollectionMs: await collections.longestMs() }
}

type Found = Omit<Loading, 'emptyStartMs' | 'longestCollectionMs'>

async function inCode({ what, count, times }: LoadingTask, common: HomeostatOptions): Promise<Found> {
  const measured = new Measured()
  let [startMs, rules] = [0, 0]
  for (let version = 0; version < times; version++) {
    const options = {
      ...common,
      rules: rulesFor(count, version),
      responses: what === 'responses' ? responsesFor(count, version) : [],
    }
    const start = started(options)
    startMs = Math.max(startMs, start.startMs)
    await measured.during(inForce(start.h, count, version))
    rules = start.h.optimizer.rules.health.length
    await start.h.stop()
  }
  return { ...measured.found, startMs, rules }
}

async function byFile({ what, count, times }: LoadingTask, common: HomeostatOptions, folder: string): Promise<Found> {
  const [ruleFile, responseFile] = [join(folder, 'rules.yml'), join(folder, 'responses.yml')]
  const write = async (version: number): Promise<void> => {
    if (what === 'responses') await writeFile(responseFile, yamlOfResponses(responsesFor(count, version)))
    await writeFile(ruleFile, yamlOfRules(rulesFor(count, version)))
  }
  await write(0)
  const responseFiles = what === 'responses' ? [responseFile] : []
  const { h, startMs } = started({ ...common, ruleFiles: [ruleFile], responseFiles })
  const measured = new Measured()
  for (let version = 0; version < times; version++) {
    if (version > 0) await write(version)
    await measured.during(inForce(h, count, version))
  }
  const rules = h.optimizer.rules.health.length
  await h.stop()
  return { ...measured.found, startMs, rules }
}

class Measured {
  readonly #cpuMs: number[] = []
  readonly #longestSlices: number[] = []

  async during(work: Promise<unknown>): Promise<void> {
    const before = mainThreadMs()
    this.#longestSlices.push(longestOf(await cpuOfTurnsDuring(work)))
    this.#cpuMs.push(mainThreadMs() - before)
  }

  get found(): Pick<Loading, 'cpuMs' | 'longestSlices'> {
    return { cpuMs: median(this.#cpuMs), longestSlices: this.#longestSlices }
  }
}

function started(options: HomeostatOptions): { readonly h: Homeostat; readonly startMs: number } {
  const before = mainThreadMs()
  const h = homeostat(options)
  return { h, startMs: mainThreadMs() - before }
}

async function inForce(h: Homeostat, count: number, version: number): Promise<void> {
  const last = `Rule${count - 1}Of${version}`
  const isInForce = ({ health }: Rules): boolean => health.some(({ rule }) => 'alert' in rule && rule.alert === last)
  // A look at all of them takes milliseconds itself, so there is one for each program and not one for each poll.
  let looked: Rules | undefined
  for (;;) {
    const { rules } = h.optimizer
    if (rules !== looked && isInForce((looked = rules))) break
    await sleep(POLL_MS)
  }
  await sleep(AFTERWARDS_MS)
}
