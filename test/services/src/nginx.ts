import { mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bareEnvironment } from './command.ts'
import { debianProgram } from './debian-program.ts'
import { startOnFreePort } from './free-port.ts'
import { guardian } from './guardian.ts'
import { readyOverHttp } from './http-server.ts'

export interface NginxOptions {
  /** The port of the origin on this host. */
  readonly originPort: number
  /** Directives of the location, e.g. another header that says what the cache did. @default X-Cache with nginx's own word */
  readonly location?: string
}

/** nginx from Debian's package as a caching proxy in front of an origin on this host. */
export interface Nginx extends AsyncDisposable {
  readonly port: number
  /** Deletes all copies, as a purge of an edge does. */
  purge(): Promise<void>
}

/**
 * Starts an nginx that caches what its origin allows. It ends with this process, also if that is killed.
 *
 * @throws {@link PackageDownloadError} without Debian or Ubuntu, and without a network the first time.
 *
 * @example await using edge = await startNginx({ originPort: 3000 })
 */
export async function startNginx({
  originPort,
  location = 'add_header X-Cache $upstream_cache_status always;',
}: NginxOptions): Promise<Nginx> {
  const file = await debianProgram('nginx', 'nginx', { place: 'usr/sbin', version: '-v' })
  const folder = await guardian().folder(join(tmpdir(), 'homeostat-nginx-'))
  const cache = join(folder, 'cache')
  try {
    await mkdir(cache)
    return await startOnFreePort(async port => {
      await writeFile(join(folder, 'nginx.conf'), configOf({ folder, cache, port, originPort, location }))
      const args = ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')]
      const process = await guardian().start({ file, args, cwd: folder, env: bareEnvironment(folder) }, 'SIGKILL')
      const server = await readyOverHttp(process, { name: 'nginx', port, path: '/homeostat-ready', folder })
      const purge = async (): Promise<void> => {
        await rm(cache, { recursive: true, force: true })
        await mkdir(cache)
      }
      return { ...server, port, purge }
    })
  } catch (error) {
    await guardian().remove(folder)
    throw error
  }
}

interface Places {
  readonly folder: string
  readonly cache: string
  readonly port: number
}

function configOf({
  folder,
  cache,
  port,
  originPort,
  location,
}: Places & Pick<NginxOptions, 'originPort' | 'location'>): string {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    name => `  ${name}_temp_path ${join(folder, name)};`,
  )
  // No master process: there is one process to end, and it needs no other user.
  return `daemon off;
master_process off;
pid ${join(folder, 'nginx.pid')};
error_log ${join(folder, 'error.log')};
events { worker_connections 512; }
http {
  access_log off;
${places.join('\n')}
  proxy_cache_path ${cache} levels=1 keys_zone=edge:10m inactive=1h use_temp_path=off;
  server {
    listen 127.0.0.1:${port};
    location = /homeostat-ready { return 200 ok; }
    location / {
      proxy_pass http://127.0.0.1:${originPort};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_cache edge;
      proxy_cache_lock on;
      ${location ?? ''}
    }
  }
}
`
}
