import type { Trouble, Unable } from './redis-trouble.ts'

const TEXTS: Readonly<Record<Exclude<Trouble, 'permission'>, string>> = {
  unreachable: 'its Redis cannot be reached',
  closed: 'its connection was closed and is not opened again; close the Queue or Worker as well',
  slow: 'its Redis answers too late',
  credentials: 'its Redis refuses the credentials of the application',
  protected: 'its Redis runs in protected mode and serves only its own host; give it a password',
  connections: 'its Redis has no room for one more connection; raise maxclients or close connections',
  'read-only': 'its Redis takes no writes',
  memory: 'its Redis is out of memory',
  unready: 'its Redis is not ready',
  type: 'a key of the queue holds another type than BullMQ writes; look for another application that uses the same prefix',
  slots: 'the keys of the queue are in several slots of the cluster; give it a prefix in braces, e.g. {bull}',
  driver: 'it has no client that Homeostat knows',
  store: 'its store, which is not Redis, could not be asked',
  refused: 'its Redis refuses the script',
  unknown: 'the way to its Redis failed',
}

/** One clause about a trouble: what it is, and what to do where that is not plain. @param commands - those that the user needs */
export function troubleText({ trouble, code }: Unable, commands: string): string {
  const text =
    trouble === 'permission'
      ? `the user of its Redis may not run ${commands} on the keys of the queue: allow it`
      : TEXTS[trouble]
  return code === undefined ? text : `${text} (${code})`
}

/** These are over by themselves in most cases, e.g. when a server fails over, or do not concern another connection of the queue. */
const PASSING: readonly Trouble[] = ['unreachable', 'unready', 'store', 'closed']

/** Whether it is worth a line only if it is there again at the next attempt. */
export function isPassing({ trouble }: Unable): boolean {
  return PASSING.includes(trouble)
}

/** `a`, or `a and 3 more`. */
export function namesText(names: readonly string[]): string {
  const [first = 'unknown', ...others] = new Set(names)
  return others.length === 0 ? first : `${first} and ${others.length} more`
}
