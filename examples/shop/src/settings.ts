/**
 * How the shop is looked after: by Homeostat, not at all, or by what a team knows before it opens (load shedding by
 * `@fastify/under-pressure`, more jobs at once, sessions that end by themselves).
 */
export type Lane = 'homeostat' | 'plain' | 'static'

export const LANES: readonly Lane[] = ['plain', 'static', 'homeostat']

/** How the shop is run, as the environment says it. */
export interface Settings {
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Begins every key of ours, because a Redis is rarely one's own. */
  readonly redisPrefix: string
  /** Tells shops on one Redis apart; processes of one shop share both name and prefix. */
  readonly service: string
  readonly sessionTtlMs: number
  /** The address that paid orders are announced to. Without it they are not announced. */
  readonly webhookUrl: string | undefined
  readonly lane: Lane
  /** The file of the settings of the pages. Without it they are in memory. */
  readonly pageSettings: string | undefined
  /** Whether Homeostat tries the shop's own knobs, a placebo and a harmful one among them. */
  readonly triesKnobs: boolean
}

/** Something only a person can put right. Its message is one line, and it ends the start. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const webhookUrl = environment['WEBHOOK_URL']
  const redisPrefix = environment['REDIS_PREFIX'] ?? 'shop:'
  return {
    databaseUrl: url(
      environment,
      'DATABASE_URL',
      ['postgres:', 'postgresql:'],
      'postgres://user:password@host:5432/shop',
    ),
    redisUrl: url(environment, 'REDIS_URL', ['redis:', 'rediss:'], 'redis://host:6379'),
    host: environment['HOST'] ?? '127.0.0.1',
    port: wholeNumber(environment, 'PORT', 3000, 65_535),
    redisPrefix,
    service: serviceOf(redisPrefix),
    sessionTtlMs: wholeNumber(environment, 'SESSION_TTL_SECONDS', 1800, 86_400) * 1000,
    webhookUrl: webhookUrl && url(environment, 'WEBHOOK_URL', ['http:', 'https:'], 'https://host/path'),
    lane: laneOf(environment['SHOP_LANE']),
    pageSettings: environment['PAGE_SETTINGS'],
    triesKnobs: environment['SHOP_TRIES_KNOBS'] === '1',
  }
}

/** `shop` of `shop:`. */
export function serviceOf(redisPrefix: string): string {
  return redisPrefix.replace(/:$/, '') || 'shop'
}

// The value is never repeated: it may hold a password.
function url(environment: NodeJS.ProcessEnv, name: string, protocols: readonly string[], example: string): string {
  const value = environment[name]
  if (!value) throw new StartError(`${name} is not set: set it to something like ${example}`)
  const parsed = URL.parse(value)
  if (!parsed?.hostname || !protocols.includes(parsed.protocol)) {
    throw new StartError(`${name} is not a valid URL: it should look like ${example}`)
  }
  return value
}

function laneOf(value: string | undefined): Lane {
  const lane = LANES.find(each => each === (value || 'homeostat'))
  if (lane === undefined) throw new StartError(`SHOP_LANE must be one of ${LANES.join(', ')}`)
  return lane
}

function wholeNumber(environment: NodeJS.ProcessEnv, name: string, fallback: number, max: number): number {
  const value = environment[name]
  if (!value) return fallback
  const number = Number(value)
  if (Number.isInteger(number) && number >= 0 && number <= max) return number
  throw new StartError(`${name} must be a whole number from 0 to ${max}`)
}
