#!/usr/bin/env node
import { runCommandLine } from './cli-command.ts'

process.exitCode = runCommandLine(process.argv.slice(2), {
  out: line => process.stdout.write(`${line}\n`),
  error: line => process.stderr.write(`${line}\n`),
})
