/** The options that divide V8's heap, in MiB; undefined what is not given. */
export interface HeapOptions {
  readonly oldSpaceMb: number | undefined
  /** Percentage of the memory that there is, 0 to 100; stronger than `oldSpaceMb`, wherever it stands. */
  readonly oldSpacePercent: number | undefined
  readonly semiSpaceMb: number | undefined
}

/** The options this process was started with. */
export function heapOptions(): HeapOptions {
  return parseHeapOptions([...splitNodeOptions(process.env['NODE_OPTIONS'] ?? ''), ...process.execArgv])
}

/** The last one of each that is given, in both spellings that V8 takes, with `=` or as two arguments; 0 means the default. */
export function parseHeapOptions(options: readonly string[]): HeapOptions {
  const last = (name: string): number | undefined => {
    let value: number | undefined
    options.forEach((option, index) => {
      const [given, text = options[index + 1]] = split(option)
      if (given === name) value = Number(text)
    })
    return value !== undefined && value > 0 && Number.isFinite(value) ? value : undefined
  }
  return {
    oldSpaceMb: last('--max-old-space-size'),
    oldSpacePercent: last('--max-old-space-size-percentage'),
    semiSpaceMb: last('--max-semi-space-size'),
  }
}

function split(option: string): readonly [name: string, value?: string] {
  const at = option.indexOf('=')
  const name = (at === -1 ? option : option.slice(0, at)).replaceAll('_', '-')
  return at === -1 ? [name] : [name, option.slice(at + 1)]
}

/** As Node splits it: at spaces outside of double quotes, with `\` before a quote within them. */
export function splitNodeOptions(text: string): string[] {
  const options = text.match(/(?:[^\s"]|"(?:\\.|[^"\\])*")+/g) ?? []
  return options.map(option =>
    option.replaceAll(/"((?:\\.|[^"\\])*)"/g, (_, inner: string) => inner.replaceAll(/\\(.)/g, '$1')),
  )
}
