// Loaded by `homeostat doctor -- COMMAND` into each Node process of the command, by --require, before anything else. It is bundled
// as CommonJS for Node 18 and later: --import would make the start of a CommonJS application asynchronous. It waits, writes one
// file, and removes its timer and listener.
import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { every } from '@homeostat/signals'
import { examine, examineAtExit, examineLightly } from '../../examination/examine.ts'
import type { LiveFacts } from '../../examination/live-facts.ts'
import { ASK_FILE, PROBE_VARIABLE, STARTED, type ProbeOrder } from './probe-order.ts'

/** How often the probe checks for a request to look earlier. */
const LOOK_EVERY_MS = 200

/** Worker threads inherit NODE_OPTIONS. */
if (isMainThread) attempt(() => begin(process.env[PROBE_VARIABLE]))

function begin(text: string | undefined): void {
  const order = orderIn(text)
  if (order === undefined) return
  const { folder, afterMs } = order
  writeFileSync(join(folder, `${process.pid}.${STARTED}`), '')
  const startedAt = performance.now()
  const onExit = (): void => {
    end()
    attempt(() => report(folder, asEnding(examineAtOnce())))
  }
  const onFailure = (): void => {
    end()
    attempt(() => report(folder, examineAtOnce()))
  }
  const onLooked = (facts: LiveFacts): void => {
    end()
    attempt(() => report(folder, facts))
  }
  const looking = every(LOOK_EVERY_MS, () => {
    if (performance.now() - startedAt < afterMs && !existsSync(join(folder, ASK_FILE))) return
    looking[Symbol.dispose]()
    void examine(url => import(url)).then(onLooked, onFailure)
  })
  const end = (): void => {
    looking[Symbol.dispose]()
    process.removeListener('exit', onExit)
  }
  process.prependListener('exit', onExit)
}

function orderIn(text: string | undefined): ProbeOrder | undefined {
  try {
    return JSON.parse(text ?? '') as ProbeOrder
  } catch {
    return undefined
  }
}

/** For a process that ends, or whose modules cannot be looked at. */
function examineAtOnce(): LiveFacts {
  try {
    return examineAtExit()
  } catch {
    return { ...examineLightly(), notes: ['loaded scripts and instrumentations were not looked at'] }
  }
}

function asEnding(facts: LiveFacts): LiveFacts {
  return { ...facts, process: { ...facts.process, isEnding: true } }
}

/** Whole or not at all: the doctor may be reading. */
function report(folder: string, facts: LiveFacts): void {
  const path = join(folder, `${process.pid}.json`)
  writeFileSync(`${path}.new`, JSON.stringify(facts), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** The application must not notice the probe, whatever fails here. */
function attempt(work: () => void): void {
  try {
    work()
  } catch {
    // Without a file, the doctor reports that the process was not looked at.
  }
}
