import { readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { NoUnprivilegedUserError } from './errors.ts'
import type { SystemUser } from './guardian-messages.ts'

const CANDIDATES = ['postgres', 'nobody']

/** The user to run Postgres as: it refuses to run as root. `undefined` when we are an ordinary user already. */
export async function unprivilegedUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const entries = (await readFile('/etc/passwd', 'utf8')).split('\n').map(line => line.split(':'))
  for (const name of CANDIDATES) {
    const [, , uid, gid] = entries.find(([candidate]) => candidate === name) ?? []
    // macOS writes nobody as -2; the system call takes an unsigned number.
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }
  }
  throw new NoUnprivilegedUserError()
}

/** The temp folder, or /tmp when the user we drop to cannot pass through the way to it (TMPDIR below a 0700 home). */
export async function temporaryFolderFor(user: SystemUser | undefined): Promise<string> {
  const wanted = tmpdir()
  if (!user) return wanted
  for (let folder = wanted; ; folder = dirname(folder)) {
    const passable = await stat(folder).then(
      ({ mode }) => (mode & 0o001) !== 0,
      () => false,
    )
    if (!passable) return '/tmp'
    if (folder === dirname(folder)) return wanted
  }
}
