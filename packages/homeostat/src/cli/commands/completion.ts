import { type Command, command } from '../command-definition.ts'
import { completionScript, isShell, SHELLS } from '../completion-script.ts'
import type { ExitCode } from '../output.ts'
import { WrongCallError } from '../wrong-call-error.ts'

/** `homeostat completion`. */
export const completionCommand: Command = command(
  {
    words: 'completion',
    operands: SHELLS.join('|'),
    choices: SHELLS,
    summary: 'Prints a script with which a shell completes commands and options.',
    examples: [
      'homeostat completion bash > ~/.local/share/bash-completion/completions/homeostat',
      'homeostat completion zsh > ~/.zfunc/_homeostat',
      'homeostat completion fish > ~/.config/fish/completions/homeostat.fish',
    ],
    exitCodes: '0 if the script was printed',
    options: {},
  },
  async ({ files, output, root }): Promise<ExitCode> => {
    const [shell, ...more] = files
    if (shell === undefined || more.length > 0 || !isShell(shell))
      throw new WrongCallError(`expected bash, zsh or fish, got '${files.join(' ')}'`)
    output.out(await completionScript(root, shell))
    return 0
  },
)
