import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

const FOLDER = '.sockets'
const NAME = /^(\d+)\.sock$/

/**
 * The folder in which processes of this user can be asked: below the system's folder for temporary files, so that it needs no
 * option to be found. It is not on a volume that several machines share.
 */
export function socketFolder(): string {
  return join(tmpdir(), `homeostat-${process.getuid?.() ?? userInfo().username}`, FOLDER)
}

export function socketPath(pid: number): string {
  return join(socketFolder(), `${pid}.sock`)
}

/** The process that a socket belongs to, by its name. */
export function pidOfSocket(name: string): number | undefined {
  const [, pid] = NAME.exec(name) ?? []
  return pid === undefined ? undefined : Number(pid)
}
