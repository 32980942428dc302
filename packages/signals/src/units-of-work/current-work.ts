import { AsyncLocalStorage } from 'node:async_hooks'
import type { WorkUnit } from './work-unit.ts'

/** One for the process: several copies of this package share it, so that each driver credits the work that is current. */
interface WorkState {
  /** Made with the first unit of work: on Node 22 a storage makes every promise of the process dearer. */
  storage: AsyncLocalStorage<WorkUnit> | undefined
}

const KEY = Symbol.for('homeostat.work')
let known: WorkState | undefined

/** The unit of work that the present code belongs to; undefined outside of one. */
export function currentWork(): WorkUnit | undefined {
  return (known ??= stateOfProcess()).storage?.getStore()
}

/** Whether anything in this process has run as a unit of work yet. */
export function isWorkUsed(): boolean {
  return (known ??= stateOfProcess()).storage !== undefined
}

/** Runs `call` as part of a unit of work, with everything that it starts. @returns what `call` returns */
export function runAsWork<T>(work: WorkUnit, call: () => T): T {
  return ((known ??= stateOfProcess()).storage ??= new AsyncLocalStorage()).run(work, call)
}

function stateOfProcess(): WorkState {
  const holder = globalThis as { [KEY]?: WorkState }
  return (holder[KEY] ??= { storage: undefined })
}
