// Makes a fresh clone ready, and returns at once when it is: installs what the lockfile says, then builds the packages.
// No dependency, and no syntax newer than Node 20, because it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PNPM, writeDerivedFiles } from './workspace.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stampFile = join(root, 'node_modules', '.homeostat-setup')

/** What an installation depends on: lockfile, workspace file and every package.json. */
function fingerprint() {
  const hash = createHash('sha256')
  const workspaces = ['packages', 'examples', 'test'].flatMap(folder =>
    readdirSync(join(root, folder)).map(name => join(folder, name, 'package.json')),
  )
  for (const file of [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    ...workspaces.sort((a, b) => (a < b ? -1 : 1)),
  ]) {
    const path = join(root, file)
    if (existsSync(path)) hash.update(file).update('\0').update(readFileSync(path)).update('\0')
  }
  return hash.update(`${process.platform} ${process.arch}`).digest('hex')
}

// What tools say goes to stderr: stdout belongs to the command that is being prepared, which may print JSON.
function run(what, command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (result.status === 0) return
  const reason = result.error
    ? result.error.message
    : result.signal
      ? `stopped by ${result.signal}`
      : `exit code ${result.status}`
  console.error(`setup: ${what} failed (${reason}): ${command} ${args.join(' ')}`)
  process.exit(1)
}

// Frozen: what runs here is what CI ran. `npm run setup -- --update` is how a changed or new package.json reaches the lockfile,
// the references and the README's table.
const update = process.argv.includes('--update')
if (update) for (const path of writeDerivedFiles()) console.error(`setup: wrote ${path}`)

const wanted = fingerprint()
const installed = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : ''
if (installed !== wanted) {
  console.error('setup: installing dependencies (once; needs the npm registry)')
  run('installing dependencies', 'npx', ['-y', PNPM, 'install', update ? '--no-frozen-lockfile' : '--frozen-lockfile'])
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, update ? fingerprint() : wanted)
}
// Incremental: without a change this takes a fraction of a second.
run('building the packages', join(root, 'node_modules', '.bin', 'tsc'), ['-b', 'packages'])
run('bundling the packages', process.execPath, [join(root, '.dev', 'bundle.mjs')])
