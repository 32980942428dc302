/** A package of the workspace. */
export interface WorkspacePackage {
  readonly folder: string
  readonly manifest: { readonly name: string; readonly description: string }
  /** Whether it has a `src/domain.ts`. */
  readonly isDomain: boolean
}

/** A file that is derived from the packages: what it holds, and what it should hold. */
export interface DerivedFile {
  readonly path: string
  readonly is: string
  readonly should: string
}

/** pnpm, as `npx` fetches it. */
export const PNPM: string

export function packagesOf(top?: string): WorkspacePackage[]
export function derivedFiles(top?: string): DerivedFile[]
export function writeDerivedFiles(top?: string): string[]
