#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { runCommandLine } from './command.ts'

const output = {
  out: (line: string): unknown => process.stdout.write(`${line}\n`),
  error: (line: string): unknown => process.stderr.write(`${line}\n`),
}

async function main(): Promise<void> {
  process.exitCode = await runCommandLine(process.argv.slice(2), output, () => readFileSync(0, 'utf8'))
}

void main()
