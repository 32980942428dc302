import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { WrongCallError } from '../wrong-call-error.ts'

const LOCAL = /^(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0|\[::\])$/
/** The state of a listening socket in `/proc/net/tcp`. */
const LISTEN = '0A'

/**
 * The number of the process that serves at a local address, such as `http://127.0.0.1:3000`. Only the port counts, and nothing is sent
 * there.
 *
 * @throws WrongCallError
 */
export function processListeningAt(address: string): number {
  const url = new URL(address)
  if (!LOCAL.test(url.hostname)) throw new WrongCallError(`'${address}' is not an address of this machine`)
  if (process.platform !== 'linux')
    throw new WrongCallError('give the number of the process: addresses are known on Linux only')
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  const inodes = new Set(['tcp', 'tcp6'].flatMap(table => listeningInodes(`/proc/net/${table}`, port)))
  if (inodes.size === 0) throw new WrongCallError(`no process listens at port ${port}`)
  const pid = readdirSync('/proc').find(name => /^\d+$/.test(name) && hasOpen(name, inodes))
  if (pid === undefined) throw new WrongCallError(`the process at port ${port} belongs to another user`)
  return Number(pid)
}

/** Columns: number, local address, remote address, state, queues, timer, retransmits, user, timeout, inode. */
function listeningInodes(table: string, port: number): string[] {
  let text: string
  try {
    text = readFileSync(table, 'utf8')
  } catch {
    return []
  }
  return text.split('\n').flatMap(line => {
    const columns = line.trim().split(/\s+/)
    const [local = '', state, inode] = [columns[1], columns[3], columns[9]]
    const isIt = state === LISTEN && Number.parseInt(local.split(':')[1] ?? '', 16) === port
    return isIt && inode !== undefined ? [inode] : []
  })
}

function hasOpen(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some(descriptor => {
      const [, inode = ''] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`)) ?? []
      return inodes.has(inode)
    })
  } catch {
    // It belongs to another user, or has ended.
    return false
  }
}
