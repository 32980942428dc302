import { COMMON_OPTIONS } from './arguments.ts'
import type { Command } from './command-definition.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

export function isShell(text: string): text is Shell {
  return (SHELLS as readonly string[]).includes(text)
}

/** A command with the words that may follow it. */
interface Place {
  /** The words of the command, empty for the command line itself. */
  readonly path: string
  readonly words: readonly Word[]
  readonly options: readonly Word[]
}

interface Word {
  readonly name: string
  readonly summary: string
}

/** A script that completes commands and options; files are left to the shell. */
export async function completionScript(root: Command, shell: Shell): Promise<string> {
  const places = await placesOf(root, '')
  switch (shell) {
    case 'bash':
      return bash(places)
    case 'zsh':
      return zsh(places)
    case 'fish':
      return fish(places)
  }
}

async function placesOf(command: Command, path: string): Promise<Place[]> {
  const children = await Promise.all(
    Object.entries(command.children ?? {}).map(async ([name, load]) => ({ name, child: await load() })),
  )
  const words = children.map(({ name, child }) => ({ name, summary: child.notes.summary }))
  const below = await Promise.all(children.map(({ name, child }) => placesOf(child, `${path} ${name}`.trim())))
  const options = Object.entries(command.args ?? {}).map(([name, { description = '' }]) => ({
    name: `--${name}`,
    summary: description,
  }))
  const common = Object.keys(COMMON_OPTIONS).map(name => ({ name: `--${name}`, summary: '' }))
  const choices = (command.notes.choices ?? []).map(name => ({ name, summary: '' }))
  return [{ path, words: [...words, ...choices], options: [...options, ...common] }, ...below.flat()]
}

/** Lines of a `case` that goes down one word of the command. */
function steps(places: readonly Place[]): string[] {
  return places
    .filter(({ path }) => path !== '')
    .map(({ path }) => `      ${quoted(stepTo(path))}) path=${quoted(path)} ;;`)
}

/** The path before the last word, a colon, and that word. */
function stepTo(path: string): string {
  const words = path.split(' ')
  return `${words.slice(0, -1).join(' ')}:${words.at(-1) ?? ''}`
}

function bash(places: readonly Place[]): string {
  const cases = places.map(
    ({ path, words, options }) =>
      `    ${quoted(path)}) words=${quoted(namesOf(words))}; options=${quoted(namesOf(options))} ;;`,
  )
  return `# bash completion of homeostat
_homeostat() {
  COMPREPLY=()
  local current="\${COMP_WORDS[COMP_CWORD]}" path='' word words='' options=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -- ]] && return
    case "$path:$word" in
${steps(places).join('\n')}
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  [[ $current == -* ]] && words=$options
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _homeostat homeostat`
}

function zsh(places: readonly Place[]): string {
  const described = (words: readonly Word[]): string =>
    words.map(({ name, summary }) => quoted(`${name.replaceAll(':', String.raw`\:`)}:${summary}`)).join(' ')
  const cases = places.map(
    ({ path, words, options }) =>
      `    ${quoted(path)}) commands=(${described(words)}); options=(${described(options)}) ;;`,
  )
  return `#compdef homeostat
_homeostat() {
  local path_='' word
  local -a commands options
  for word in "\${(@)words[2,CURRENT-1]}"; do
    [[ $word == -- ]] && { _normal; return }
    case "$path_:$word" in
${steps(places).join('\n').replaceAll(') path=', ') path_=')}
    esac
  done
  case "$path_" in
${cases.join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then _describe option options
  elif (( $#commands )); then _describe command commands
  else _files
  fi
}
if [[ $funcstack[1] == _homeostat ]]; then _homeostat "$@"; else compdef _homeostat homeostat; fi`
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, words, options }) => {
    const at = `-n "__homeostat_at '${path}'"`
    return [
      ...words.map(({ name, summary }) => `complete -c homeostat ${at} -f -a ${name} -d ${quotedForFish(summary)}`),
      ...options.map(
        ({ name, summary }) => `complete -c homeostat ${at} -l ${name.slice(2)} -d ${quotedForFish(summary)}`,
      ),
    ]
  })
  return `# fish completion of homeostat
function __homeostat_at
  set -l path ''
  for word in (commandline -opc)[2..-1]
    switch "$path:$word"
${places
  .filter(({ path }) => path !== '')
  .map(({ path }) => `      case '${stepTo(path)}'\n        set path '${path}'`)
  .join('\n')}
    end
  end
  test "$path" = "$argv[1]"
end
${lines.join('\n')}`
}

function namesOf(words: readonly Word[]): string {
  return words.map(({ name }) => name).join(' ')
}

/** For bash and zsh. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

function quotedForFish(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`
}
