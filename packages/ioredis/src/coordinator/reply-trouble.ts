import { errorType } from '@homeostat/signals'

/** The first word of a Redis error says what it is; the rest may quote keys. Source: redis.io/docs, errors of each command. */
const REASONS: Readonly<Record<string, string>> = {
  NOAUTH: 'it asks for a password, and the client has none (NOAUTH)',
  WRONGPASS: 'wrong user name or password (WRONGPASS)',
  READONLY: 'it is a replica, which takes no writes: use a client of the primary (READONLY)',
  OOM: 'its memory is full: raise maxmemory (OOM)',
  LOADING: 'it is still loading its data (LOADING)',
  BUSY: 'a script of somebody keeps it busy (BUSY)',
  MISCONF: 'it takes no writes because it cannot save to its disk (MISCONF)',
  MASTERDOWN: 'it is a replica whose primary is down (MASTERDOWN)',
  CLUSTERDOWN: 'the cluster is down (CLUSTERDOWN)',
  NOREPLICAS: 'it takes no writes because it has too few replicas (NOREPLICAS)',
  CROSSSLOT: 'the keys are on different nodes (CROSSSLOT)',
  ECONNREFUSED: 'the connection was refused: is the server up? (ECONNREFUSED)',
  ECONNRESET: 'the connection broke (ECONNRESET)',
  ENOTFOUND: 'the host name does not resolve (ENOTFOUND)',
  ENOENT: 'the socket does not exist: is the server up? (ENOENT)',
  ETIMEDOUT: 'no answer: is the server reachable? (ETIMEDOUT)',
}

/**
 * Why a Redis refused, in one line that an engineer can act on. It names the missing right by command or by the pattern of our
 * own keys, and quotes nothing of the server's text.
 *
 * @param keys - the pattern of our keys, e.g. `homeostat:{shop}:*`
 */
export function replyTrouble(error: unknown, keys: string): string {
  const text = messageOf(error)
  const type = errorType(error)
  const code = /^[A-Z]{2,12}(?= |$)/.exec(text)?.[0]
  if (code === 'NOPERM' || /ACL failure|can't (?:run this command|access at least one)/.test(text))
    return aclTrouble(text, keys)
  return REASONS[code ?? ''] ?? REASONS[type] ?? type
}

function aclTrouble(text: string, keys: string): string {
  const command = /'([a-z][a-z|-]{1,30})' command/.exec(text)?.[1]
  if (/key/i.test(text) && !command)
    return `its user has no right to the keys ${keys}: add ~${keys} to its ACL (NOPERM)`
  if (command) return `its user may not run ${command.toUpperCase()}: add +${command} to its ACL (NOPERM)`
  return `its user may not run each command of our scripts: add +@read +@write +time ~${keys} to its ACL (NOPERM)`
}

function messageOf(error: unknown): string {
  try {
    const { message } = Object(error) as { message?: unknown }
    return typeof message === 'string' ? message : ''
  } catch {
    return ''
  }
}
