/** The address where a server listens. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string }

/** Options of `tls.connect` that a thread can be given: no functions, no contexts. */
export type TlsDescription = Readonly<Record<string, unknown>>

/** How to reach the Redis of a queue, as the application's own client reaches it. */
export interface ServerDescription {
  readonly kind: 'standalone' | 'sentinel' | 'cluster'
  /** The server, its sentinels, or the known nodes of the cluster. */
  readonly addresses: readonly Address[]
  /** The name that the sentinels know the master by. */
  readonly masterName?: string
  readonly username?: string
  readonly password?: string
  readonly db?: number
  readonly family?: number
  readonly tls?: TlsDescription
  /** SHA-256 of the certificates that the application's own check of the server's identity has accepted. */
  readonly acceptedCertificates?: readonly string[]
  readonly sentinelUsername?: string
  readonly sentinelPassword?: string
  readonly sentinelTls?: TlsDescription
  /** The addresses to use instead of those that sentinels and nodes report, by `host:port`. */
  readonly natMap?: Readonly<Record<string, { readonly host: string; readonly port: number }>>
}

/** One text per address. */
export function nameOf(address: Address): string {
  return 'path' in address ? address.path : `${address.host}:${address.port}`
}
