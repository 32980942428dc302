import { fieldOf, isObject } from '@homeostat/signals/options'
import type { WorkerObject } from '../signals/queue-object.ts'
import type { Address, ServerDescription, TlsDescription } from './thread/server-description.ts'

/** How to reach the Redis of a worker, or why a thread cannot. */
export type DescribedClient = { readonly description: ServerDescription } | { readonly why: string }

/**
 * Describes the Redis of a worker from the options of the client that the worker uses, whether BullMQ has made it or the
 * application. An option that no thread can take is left out, and the connection never becomes less strict.
 */
export async function describeServer(worker: WorkerObject): Promise<DescribedClient> {
  const client: unknown = await (worker.backend?.client ?? worker.client)
  const options = isObject(client) ? fieldOf(client, 'options') : undefined
  const isCluster = isObject(client) && fieldOf(client, 'isCluster') === true
  if (!isObject(client) || !isObject(options) || !(isCluster || hasIoredisOptions(options)))
    return { why: 'it does not use ioredis, which is the only driver that the guard knows' }
  const own = isCluster ? fieldOf(options, 'redisOptions') : options
  const connection = isObject(own) ? own : {}
  const tls = tlsIn(connection, 'tls')
  const sentinelTls = tlsIn(connection, 'sentinelTLS')
  const sentinels = isCluster ? [] : addressesIn(fieldOf(connection, 'sentinels'), 26_379)
  const kind = isCluster ? 'cluster' : sentinels.length > 0 ? 'sentinel' : 'standalone'
  const isSecure =
    tls !== undefined && (kind !== 'sentinel' || fieldOf(connection, 'enableTLSForSentinelMode') === true)
  const lost = [isSecure ? tls : undefined, sentinelTls].filter(isObject).flatMap(unsendable)
  if (lost.length > 0)
    return {
      why: `its option tls.${lost[0]} is an object of this thread that no other can use; give key, cert and ca instead`,
    }
  const nodes = isCluster ? nodesOf(client) : [client]
  const natMap = natMapIn(fieldOf(isCluster ? options : connection, 'natMap'))
  if (natMap === 'function')
    return { why: 'its option natMap is a function, which cannot be given to a thread; give an object' }
  const description: ServerDescription = {
    kind,
    addresses: isCluster
      ? nodes.map(node => addressIn(node))
      : kind === 'sentinel'
        ? sentinels
        : [addressOf(connection)],
    ...optional('masterName', textIn(connection, 'name')),
    ...optional('username', textIn(connection, 'username')),
    ...optional('password', textIn(connection, 'password')),
    ...optional('db', numberIn(connection, 'db')),
    ...optional('family', numberIn(connection, 'family') || undefined),
    ...optional('tls', isSecure ? sendable(tls) : undefined),
    ...optional('acceptedCertificates', isSecure ? certificatesAccepted(tls, nodes) : undefined),
    ...optional('sentinelUsername', textIn(connection, 'sentinelUsername')),
    ...optional('sentinelPassword', textIn(connection, 'sentinelPassword')),
    ...optional('sentinelTls', sentinelTls && sendable(sentinelTls)),
    ...optional('natMap', natMap),
  }
  if (description.addresses.length === 0) return { why: 'no node of its cluster is known' }
  return { description }
}

/** The same Redis, for the same user: its workers share a connection. */
export function keyOf(description: ServerDescription): string {
  return JSON.stringify(description, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  )
}

function hasIoredisOptions(options: object): boolean {
  // ioredis fills these in; the options of other drivers have a socket or a list of addresses.
  return ['lazyConnect', 'enableOfflineQueue', 'maxRetriesPerRequest'].every(
    name => fieldOf(options, name) !== undefined,
  )
}

/** `rediss:` in a URL is `true`. */
function tlsIn(connection: object, name: string): object | undefined {
  const tls = fieldOf(connection, name)
  if (isObject(tls)) return tls
  return tls === true ? {} : undefined
}

function addressOf(options: object): Address {
  const path = textIn(options, 'path')
  return path === undefined ? addressIn({ options }) : { path }
}

function addressIn(node: object, port = 6379): { readonly host: string; readonly port: number } {
  const options = fieldOf(node, 'options')
  const from = isObject(options) ? options : node
  return { host: textIn(from, 'host') ?? '127.0.0.1', port: numberIn(from, 'port') ?? port }
}

function addressesIn(list: unknown, port: number): Address[] {
  return Array.isArray(list) ? list.filter(isObject).map(item => addressIn(item, port)) : []
}

/** The connections of a cluster to its nodes. */
function nodesOf(cluster: object): object[] {
  const nodes: unknown = (cluster as { nodes?(role: string): unknown }).nodes?.('master')
  return Array.isArray(nodes) ? nodes.filter(isObject) : []
}

function natMapIn(given: unknown): ServerDescription['natMap'] | 'function' {
  if (typeof given === 'function') return 'function'
  if (!isObject(given)) return undefined
  return Object.fromEntries(
    Object.entries(given).flatMap(([from, to]) => (isObject(to) ? [[from, addressIn(to)]] : [])),
  )
}

/** Options that a client of the connection does not need, or that are replaced. */
const NOT_SENT = new Set(['checkServerIdentity'])

function sendable(tls: object): TlsDescription {
  return Object.fromEntries(Object.entries(tls).filter(([name, value]) => !NOT_SENT.has(name) && isSendable(value)))
}

function unsendable(tls: object): string[] {
  return Object.entries(tls).flatMap(([name, value]) => (NOT_SENT.has(name) || isSendable(value) ? [] : [name]))
}

/** Texts, numbers, flags, bytes, and lists and plain objects of them. */
function isSendable(value: unknown): boolean {
  if (typeof value === 'function') return false
  try {
    structuredClone(value)
    // A clone of an object with a class is not one: its methods, and the native part of a context, are gone.
    return !isObject(value) || Array.isArray(value) || ArrayBuffer.isView(value) || isPlain(value)
  } catch {
    return false
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/** The certificates that an own check of the server's identity has accepted; undefined where there is no such check. */
function certificatesAccepted(tls: object, clients: readonly object[]): string[] | undefined {
  if (fieldOf(tls, 'checkServerIdentity') === undefined) return undefined
  return clients.flatMap(client => {
    const stream = fieldOf(client, 'stream')
    const get = isObject(stream) ? fieldOf(stream, 'getPeerCertificate') : undefined
    const certificate: unknown = typeof get === 'function' ? get.call(stream) : undefined
    const fingerprint = isObject(certificate) ? fieldOf(certificate, 'fingerprint256') : undefined
    return typeof fingerprint === 'string' ? [fingerprint] : []
  })
}

function textIn(object: object, name: string): string | undefined {
  const value = fieldOf(object, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function numberIn(object: object, name: string): number | undefined {
  const value = fieldOf(object, name)
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? Number(value) : undefined
}

function optional<K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, V>)
}
