import type { NodeInUse, Setting } from './application-facts.ts'

/** What the last stage of a Dockerfile says about the process. */
export interface ImageFacts {
  readonly command: Setting | undefined
  readonly environment: ReadonlyMap<string, Setting>
  readonly node: NodeInUse | undefined
}

const FROM = 'Dockerfile'

/** Instructions that have no effect here are passed over, and so is what is not valid. */
export function parseDockerfile(text: string): ImageFacts {
  let environment = new Map<string, Setting>()
  let entry: string | undefined
  let command: string | undefined
  let node: NodeInUse | undefined
  const stages = new Map<string, NodeInUse>()
  for (const line of text.replaceAll(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const [, written = '', rest = ''] = /^\s*([A-Za-z]+)\s+(.*)$/.exec(line) ?? []
    switch (written.toUpperCase()) {
      case 'FROM': {
        const [image = '', , stage] = rest.split(/\s+/).filter(word => !word.startsWith('--'))
        environment = new Map()
        entry = command = undefined
        node = nodeOf(image) ?? stages.get(image.toLowerCase())
        if (stage !== undefined && node) stages.set(stage.toLowerCase(), node)
        break
      }
      case 'ENV':
        for (const [name, value] of settingsOf(rest)) environment.set(name, { value, from: FROM })
        break
      case 'ENTRYPOINT':
        entry = lineOf(rest)
        command = undefined
        break
      case 'CMD':
        command = lineOf(rest)
        break
      default:
    }
  }
  const whole = [entry, command].filter(part => part !== undefined).join(' ')
  return { command: whole === '' ? undefined : { value: whole, from: `${FROM} CMD` }, environment, node }
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
