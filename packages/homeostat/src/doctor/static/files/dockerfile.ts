import type { NodeInUse, Setting } from '../application-facts.ts'

/** Facts about the process in the last stage of a Dockerfile. */
export interface ImageFacts {
  readonly command: Setting | undefined
  readonly environment: ReadonlyMap<string, Setting>
  readonly node: NodeInUse | undefined
}

interface Stage {
  environment: Map<string, Setting>
  entry: string | undefined
  command: string | undefined
  node: NodeInUse | undefined
}

const FROM = 'Dockerfile'

/**
 * Undefined where the text has no stage. Instructions that have no effect here are passed over, and so is what is not valid.
 */
export function parseDockerfile(text: string): ImageFacts | undefined {
  const stages = new Map<string, Stage>()
  const defaults = new Map<string, string>()
  let stage: Stage | undefined
  for (const line of text.replaceAll(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const [, written = '', rest = ''] = /^\s*([A-Za-z]+)\s+(.*)$/.exec(line) ?? []
    const instruction = written.toUpperCase()
    if (instruction === 'ARG') {
      for (const [name, value] of settingsOf(rest)) defaults.set(name, value)
    } else if (instruction === 'FROM') {
      const [image = '', , name] = rest.split(/\s+/).filter(word => !word.startsWith('--'))
      const base = stages.get(image.toLowerCase())
      stage = base
        ? { ...base, environment: new Map(base.environment) }
        : { environment: new Map(), entry: undefined, command: undefined, node: nodeOf(withDefaults(image, defaults)) }
      if (name !== undefined) stages.set(name.toLowerCase(), stage)
    } else if (stage && instruction === 'ENV') {
      for (const [name, value] of settingsOf(rest)) stage.environment.set(name, { value, from: FROM })
    } else if (stage && instruction === 'ENTRYPOINT') {
      stage.entry = lineOf(rest)
      stage.command = undefined
    } else if (stage && instruction === 'CMD') {
      stage.command = lineOf(rest)
    }
  }
  if (!stage) return undefined
  const { entry, command, environment, node } = stage
  const whole = [entry, command].filter(part => part !== undefined).join(' ')
  return { command: whole === '' ? undefined : { value: whole, from: `${FROM} CMD` }, environment, node }
}

function withDefaults(image: string, defaults: ReadonlyMap<string, string>): string {
  return image.replaceAll(/\$\{?(\w+)\}?/g, (written, name: string) => defaults.get(name) ?? written)
}

function nodeOf(image: string): NodeInUse | undefined {
  const [, tag] = /(?:^|\/)node:(\d+(?:\.\d+){0,2})(?:-|@|$)/.exec(image) ?? []
  if (tag === undefined) return undefined
  const parts = tag.split('.').length
  return { range: parts === 3 ? tag : `${tag}.x`, from: `FROM in ${FROM}` }
}

function settingsOf(rest: string): [string, string][] {
  const pairs = [...rest.matchAll(/([A-Za-z_]\w*)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S*))/g)]
  const [, name, value] = /^([A-Za-z_]\w*)\s+(.+)$/.exec(rest) ?? []
  if (name !== undefined && value !== undefined && !rest.startsWith(`${name}=`)) return [[name, value.trim()]]
  return pairs.map(([, name = '', double, single, plain]) => [name, double ?? single ?? plain ?? ''])
}

/** An instruction in its JSON form as a line of a shell. */
function lineOf(rest: string): string {
  try {
    const words: unknown = JSON.parse(rest)
    if (!Array.isArray(words) || !words.every(word => typeof word === 'string')) return rest
    const [shell, option, script] = words
    if (/(?:^|\/)(?:sh|bash|ash)$/.test(shell ?? '') && option === '-c') return script ?? ''
    return words.map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", '')}'`)).join(' ')
  } catch {
    return rest
  }
}
