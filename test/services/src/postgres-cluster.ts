import { randomBytes } from 'node:crypto'
import { chown, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { bareEnvironment, runCommand } from './command.ts'
import { startOnFreePort } from './free-port.ts'
import { guardian, type OwnedProcess } from './guardian.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { waitUntilReady } from './server-process.ts'
import { temporaryFolderFor } from './unprivileged-user.ts'

/** A data directory of ours. */
export interface Cluster {
  readonly binaries: PostgresBinaries
  /** Owned by the user that runs the server; holds `data` and the socket. */
  readonly folder: string
  readonly password: string
}

/** A server of ours on its data directory. */
export interface RunningCluster {
  readonly port: number
  readonly process: OwnedProcess
}

export const SUPERUSER = 'postgres'
// The longest path of a Unix socket is 107 bytes on Linux and 103 on macOS, with "/.s.PGSQL.<port>" at its end.
const SOCKET_FOLDER_BYTES = 85

// The data is thrown away: nothing has to survive a power cut.
const FAST: Readonly<Record<string, string>> = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

/** An empty folder for a cluster, gone when we are. */
export async function createClusterFolder(binaries: PostgresBinaries): Promise<string> {
  return guardian().folder(join(await temporaryFolderFor(binaries.user), 'homeostat-postgres-'), binaries.user)
}

/** A new cluster with a password of its own, so that "wrong password" is something a test can meet. */
export async function createCluster(
  binaries: PostgresBinaries,
  password: string = randomBytes(12).toString('hex'),
): Promise<Cluster> {
  const { user, initdb } = binaries
  const folder = await createClusterFolder(binaries)
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (user) await chown(passwordFile, user.uid, user.gid)
  const args = [
    '--pgdata',
    join(folder, 'data'),
    '--username',
    SUPERUSER,
    '--pwfile',
    passwordFile,
    '--auth',
    'scram-sha-256',
  ]
  args.push('--encoding', 'UTF8', '--no-locale', '--no-sync', '--no-instructions')
  await runCommand({ file: initdb, args, env: bareEnvironment(folder), cwd: folder, ...(user && { user }) })
  await rm(passwordFile)
  return { binaries, folder, password }
}

/** Starts the server of a cluster and waits until it takes queries. */
export function runCluster(
  cluster: Cluster,
  settings: Readonly<Record<string, string>>,
  port?: number,
): Promise<RunningCluster> {
  const { folder, binaries } = cluster
  const preload: Record<string, string> = binaries.hasStatStatements
    ? { shared_preload_libraries: 'pg_stat_statements' }
    : {}
  const data = join(folder, 'data')
  const socketFolder = Buffer.byteLength(folder) <= SOCKET_FOLDER_BYTES ? folder : ''
  return startOnFreePort(async chosen => {
    const ours = {
      listen_addresses: '127.0.0.1',
      port: String(chosen),
      unix_socket_directories: socketFolder,
    }
    const all = Object.entries({ ...FAST, logging_collector: 'off', ...preload, ...settings, ...ours })
    const args = ['-D', data, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])]
    const command = {
      file: binaries.postgres,
      args,
      env: bareEnvironment(folder),
      cwd: folder,
      ...(binaries.user && { user: binaries.user }),
    }
    // SIGQUIT is Postgres' immediate shutdown: no checkpoint, but its shared memory is given back, which SIGKILL would leave behind.
    const process = await guardian().start(command, 'SIGQUIT')
    await waitUntilReady(process, 'postgres', chosen, () => saysReady(data, process.pid))
    return { port: chosen, process }
  }, port)
}

/** The state the server itself writes for pg_ctl: independent of log settings and of who answers on the port. */
async function saysReady(data: string, pid: number): Promise<boolean> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  // Line 1 is the pid, line 8 the state (src/include/utils/pidfile.h).
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready'
}

/** Runs `work` with one connection, which is closed afterwards. */
export async function withClient<T>(connectionString: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 10_000 })
  // A connection that breaks is seen by the query under way; without a listener it would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}
