// Imported, because the global one is a getter that every reading of the clock would pay for.
import { performance } from 'node:perf_hooks'
import { currentWork, isWorkUsed, type LoopHolds, type WorkUnit } from '@homeostat/signals'

/** What is used of a command of ioredis 5 and 6. Both functions are the command's own and use no `this`. */
export interface EndingCommand {
  resolve: (this: void, reply: unknown) => void
  reject: (this: void, error: unknown) => void
  [mark: symbol]: true | undefined
}

/** A command is sent again after a reconnect, and from the offline queue. */
const CREDITED = Symbol('homeostat.credited')

/**
 * Credits the current unit of work with the time until the command ends: with a reply, an error, a timeout or a lost connection. Only
 * these two functions see every end. It costs two closures for a command that a unit of work sends, and nothing for the others.
 */
export function creditCommand(command: EndingCommand, holds: LoopHolds): void {
  if (!isWorkUsed()) return
  const work = currentWork()
  if (work === undefined || work.isOver || typeof command !== 'object' || command === null) return
  if (command[CREDITED] || typeof command.resolve !== 'function' || typeof command.reject !== 'function') return
  command[CREDITED] = true
  follow(command, work, holds)
}

function follow(command: EndingCommand, work: WorkUnit, holds: LoopHolds): void {
  const { resolve, reject } = command
  const startedAt = performance.now()
  let isOpen = true
  const end = (): void => {
    if (!isOpen) return
    isOpen = false
    const now = performance.now()
    // A reply that came while the loop was held came at some moment of that time.
    work.commandEnded((now + startedAt + holds.duration(startedAt, now)) / 2)
  }
  holds.started(startedAt)
  work.commandStarted(startedAt)
  command.resolve = reply => {
    end()
    resolve(reply)
  }
  command.reject = error => {
    end()
    reject(error)
  }
}
