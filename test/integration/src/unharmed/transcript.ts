/** What a case leaves behind: the same with and without Homeostat, line by line. */
export class Transcript {
  readonly lines: string[] = []

  log(label: string, value?: unknown): void {
    this.lines.push(value === undefined ? label : `${label}: ${show(value)}`)
  }

  /** Waits for an outcome and writes it down, an error with class, code, message and stack. */
  async settle(label: string, outcome: () => unknown): Promise<void> {
    try {
      this.log(`${label} gives`, await outcome())
    } catch (error) {
      this.log(`${label} fails`, error)
    }
  }
}

function show(value: unknown): string {
  if (value instanceof Error) {
    const { code, cause } = value as { code?: unknown; cause?: unknown }
    return JSON.stringify({
      class: value.constructor.name,
      name: value.name,
      message: value.message,
      code,
      keys: Object.keys(value).filter(key => key !== 'client'),
      cause: cause instanceof Error ? cause.message : cause,
      frames: framesOf(value),
    })
  }
  return JSON.stringify(value, (_key, item: unknown) => {
    if (item instanceof Error) return `${item.constructor.name} ${item.message}`
    if (typeof item === 'bigint') return `${item}n`
    if (typeof item === 'function') return `function ${item.name}/${item.length}`
    return item === undefined ? 'undefined' : item
  })
}

/** The frames of the application and of its libraries, with lines; ours are between them. */
export function framesOf(error: Error): string[] {
  return String(error.stack)
    .split('\n')
    .filter(line => /^ {4}at /.test(line) && !/\/packages\/[a-z]+\/(?:src|dist)\//.test(line))
    .map(line => line.trim().replace(/file:\/\/|\/[^ ()]*\/(?=node_modules|test\/)/g, ''))
}

export interface Case {
  readonly name: string
  run(transcript: Transcript, libraries: Libraries): Promise<unknown>
}

export interface Libraries {
  readonly pg: typeof import('pg')
  /** A second copy, of another version. */
  readonly pgCopy: typeof import('pg')
  readonly ioredis: typeof import('ioredis')
  readonly ioredis5: typeof import('ioredis')
  readonly bullmq: typeof import('bullmq')
  readonly bullmq5: typeof import('bullmq')
  readonly lru: typeof import('lru-cache')
  readonly lru113: typeof import('lru-cache')
  readonly postgresUrl: string
  readonly redisUrl: string
  readonly redis: { readonly host: string; readonly port: number }
  /** Different in each process, so that none sees another's keys. */
  readonly prefix: string
}
