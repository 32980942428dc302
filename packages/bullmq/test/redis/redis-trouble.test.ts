import { expect, it } from 'vitest'
import { troubleOf, type Trouble } from '../../src/redis/redis-trouble.ts'

const named = (name: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { name }, more)
const reply = (message: string): Error => named('ReplyError', message)

/** The answers of servers and client libraries, with their meaning. */
const ANSWERS: readonly (readonly [Trouble, unknown, string?])[] = [
  ['credentials', reply('WRONGPASS invalid username-password pair or user is disabled.'), 'WRONGPASS'],
  ['credentials', reply('NOAUTH Authentication required.'), 'NOAUTH'],
  ['credentials', reply('ERR invalid password')],
  ['permission', reply("NOPERM this user has no permissions to run the 'eval' command"), 'NOPERM'],
  ['permission', reply("ERR The user executing the script can't run this command or subcommand"), 'NOPERM'],
  ['protected', reply('DENIED Redis is running in protected mode because'), 'DENIED'],
  ['connections', reply('ERR max number of clients reached')],
  ['read-only', reply("READONLY You can't write against a read only replica."), 'READONLY'],
  ['read-only', reply('MISCONF Redis is configured to save RDB snapshots'), 'MISCONF'],
  ['memory', reply("OOM command not allowed when used memory > 'maxmemory'."), 'OOM'],
  ['memory', reply('ERR Error running script (call to f_1): @user_script:7: OOM command not allowed'), 'OOM'],
  ['type', reply('ERR Error running script (call to f_1): @user_script: 12: WRONGTYPE Operation'), 'WRONGTYPE'],
  ['type', named('ErrorReply', 'WRONGTYPE Operation against a key'), 'WRONGTYPE'],
  ['unready', reply('LOADING Redis is loading the dataset in memory'), 'LOADING'],
  ['unready', new Error('Ready check failed: MASTERDOWN Link with MASTER is down'), 'MASTERDOWN'],
  ['unready', reply('TRYAGAIN Multiple keys request during rehashing of slot'), 'TRYAGAIN'],
  ['unready', reply('MOVED 5061 10.0.0.1:6379'), 'MOVED'],
  ['unready', reply('ERR Script attempted to access a non local key in a cluster node')],
  ['slots', reply("CROSSSLOT Keys in request don't hash to the same slot"), 'CROSSSLOT'],
  ['refused', reply('ERR something new'), 'ERR'],
  ['unreachable', named('Error', 'connect ECONNREFUSED 10.0.0.1:6379', { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  ['unreachable', named('Error', 'x', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['unreachable', new Error('Connection is closed.')],
  ['unreachable', named('MaxRetriesPerRequestError', 'Reached the max retries per request limit')],
  ['unreachable', named('SocketClosedUnexpectedlyError', 'Socket closed unexpectedly')],
  ['unreachable', named('ClusterAllFailedError', 'Failed to refresh slots cache.')],
  ['credentials', named('ClusterAllFailedError', 'x', { lastNodeError: reply('WRONGPASS no') }), 'WRONGPASS'],
  ['slow', new Error('Command timed out')],
  ['unknown', new TypeError('x is not a function')],
  ['unknown', named('error', 'relation "mail" does not exist', { code: '42P01' })],
  ['unknown', new Error('could not renew lock for job 7')],
  ['unknown', 'a string'],
  ['unknown', undefined],
  ['unknown', new Proxy({}, { get: () => undefined })],
]

it.each(ANSWERS)('%s: %s', (trouble, thrown, code) => {
  expect(troubleOf(thrown)).toEqual(code === undefined ? { trouble } : { trouble, code })
})
