/** A user to run something as. */
export interface SystemUser {
  readonly uid: number
  readonly gid: number
}

/** A command, and how to end it. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly user?: SystemUser
}

/** What a process asks of its guardian. */
export type GuardianRequest =
  /** Make a folder that is gone when the asking process is. */
  | { readonly ask: 'folder'; readonly prefix: string; readonly user?: SystemUser }
  /** End the processes that work in the folder, remove it and stop owning it. */
  | { readonly ask: 'remove'; readonly folder: string }
  /** Start a process that is gone when the asking process is. `endSignal` is the one for an orphan: nobody needs its data. */
  | { readonly ask: 'start'; readonly command: Command; readonly endSignal: NodeJS.Signals }
  /** Ask a process to end and answer when it has; SIGKILL after `graceMs`. */
  | { readonly ask: 'stop'; readonly pid: number; readonly signal: NodeJS.Signals; readonly graceMs: number }
  /** Run this command if the asking process ends without `forget`. */
  | { readonly ask: 'will'; readonly name: string; readonly command: Command }
  | { readonly ask: 'forget'; readonly name: string }
  /** End everything now: the asking process is about to exit. */
  | { readonly ask: 'end' }

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** What a guardian tells its process: the answer to a request, a line of output, the end of a process. */
export type GuardianMessage =
  | { readonly answer: number; readonly value?: string | number; readonly error?: string }
  | { readonly pid: number; readonly line: string }
  | { readonly pid: number; readonly exit: Exit }
