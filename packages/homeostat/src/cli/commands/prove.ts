import { type Command, command } from '../command-definition.ts'
import { socketOf, onlySocket } from '../processes/running-process.ts'
import { WrongCallError } from '../wrong-call-error.ts'
import { onlyOperand } from './operand.ts'

/** How a process is started that can be asked for a proof. */
const STARTED = "start it with HOMEOSTAT_PROVE=NAME, or the option prove: ['NAME']"
const VERBS = ['run', 'plan', 'pause', 'resume', 'abort', 'report'] as const

/** `homeostat prove`. */
export const proveCommand: Command = command(
  {
    words: 'prove',
    operands: '[run|plan|pause|resume|abort|report] --knob=NAME [OPTION...]',
    choices: VERBS,
    summary:
      'Proves on a running process whether a knob helps: switches it on and off at random, with a placebo beside it.',
    details:
      'run (the default) plans, runs and reports; it ends, with everything reverted, when it is interrupted or killed. plan says how long which effect takes and switches nothing. pause, resume and abort are for a proof that runs in another terminal; report writes the files of the last proof of the process, without a verdict while it runs. The process must run for the same user with HOMEOSTAT_PROVE=NAME, in staging or as a canary. What is tried and measured is what the response says that sets the knob, unless options say otherwise.',
    examples: [
      'homeostat prove plan --knob=http.compression --observe=10m',
      'homeostat prove --knob=http.compression --for=2h --out=compression',
      "homeostat prove --knob=queue.admission.loop --to=4 --measure='max(nodejs_eventloop_delay_p99)' --direction=down",
      'homeostat prove abort',
    ],
    exitCodes:
      '0 if the proof ran to its end, the knob is not harmful and the placebo showed nothing, else 1; the other verbs 0 if the process has followed',
    wrongCalls: 'a PATH that cannot be written, a process that cannot be asked or refuses',
    options: {
      knob: { type: 'string', valueHint: 'NAME', description: 'The knob to try.' },
      to: {
        type: 'string',
        valueHint: 'NUMBER',
        description:
          'The value to try, within the bounds of the knob, else --by or --factor; default what the response sets.',
      },
      by: { type: 'string', valueHint: 'NUMBER', description: 'Added to the present value.' },
      factor: { type: 'string', valueHint: 'NUMBER', description: 'Multiplied with the present value.' },
      alert: {
        type: 'string',
        valueHint: 'ALERT',
        description: 'Which response to take, where several set the knob.',
      },
      measure: {
        type: 'string',
        valueHint: 'EXPR',
        description: 'PromQL of the number that should change; default what the response expects.',
      },
      direction: { type: 'string', valueHint: 'up|down', description: 'Which way is better.' },
      effect: { type: 'string', valueHint: 'SHARE', description: 'The smallest effect worth having, default 10%.' },
      power: {
        type: 'string',
        valueHint: 'SHARE',
        description: 'With which probability it is to be found, default 80%.',
      },
      noise: {
        type: 'string',
        valueHint: 'SHARE',
        description: 'How much two blocks differ by themselves; default what --observe finds, else 10%.',
      },
      observe: {
        type: 'string',
        valueHint: 'DURATION',
        description: 'Observes the noise for so long before it plans, six blocks at least.',
      },
      block: {
        type: 'string',
        valueHint: 'DURATION',
        description: 'Length of a block; default a minute, or three times what is not measured of it.',
      },
      'carry-over': {
        type: 'string',
        valueHint: 'DURATION',
        description: 'How long the effect itself takes to come and go; added to the range of the measure and one tick.',
      },
      pairs: {
        type: 'string',
        valueHint: 'NUMBER',
        description: 'Pairs of blocks; default as many as the effect takes.',
      },
      for: { type: 'string', valueHint: 'DURATION', description: 'As many pairs as fit into this time.' },
      seed: {
        type: 'string',
        valueHint: 'NUMBER',
        description: 'Draws the orders; default one that is drawn and reported.',
      },
      out: {
        type: 'string',
        valueHint: 'PATH',
        description:
          'Where the report goes, as PATH.html and PATH.json, numbered where another proof has them; default a name with knob and time.',
      },
      process: {
        type: 'string',
        valueHint: 'PROCESS',
        description: 'Its number, socket or local address; default the only process that can be asked.',
      },
      json: { type: 'boolean', description: 'Prints the result as one JSON object.' },
    },
  },
  async ({ values, files, output }) => {
    const verb = onlyOperand(files) ?? 'run'
    const known = VERBS.find(each => each === verb)
    if (known === undefined) throw new WrongCallError(`expected ${VERBS.join(', ')} but got '${verb}'`)
    const { prove } = await import('../proofs/prove.ts')
    const { process: target } = values
    const socketOfTarget = (): string =>
      target === undefined ? onlySocket('homeostat prove --process=', STARTED) : socketOf(target, STARTED)
    return prove(known, values, socketOfTarget, output)
  },
)
