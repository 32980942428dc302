const LONGEST = 10_000
/** A quoted part, an escaped character, an operator, white space, or plain text. */
const PIECE = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|(&&|\|\||[;|&])|(\s+)|([^\s'"\\;|&]+)/gs

/** The commands of a line of a POSIX shell, each as its words. Variables and substitutions stay as they are written. */
export function shellCommands(line: string): string[][] {
  const commands: string[][] = [[]]
  let word: string | undefined
  const end = (): void => {
    if (word !== undefined) commands.at(-1)!.push(word)
    word = undefined
  }
  for (const [, single, double, escaped, operator, space, plain] of line.slice(0, LONGEST).matchAll(PIECE)) {
    if (operator !== undefined) {
      end()
      commands.push([])
    } else if (space === undefined) {
      word = (word ?? '') + (single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '')
    } else {
      end()
    }
  }
  end()
  return commands.filter(words => words.length > 0)
}
