import { attributes as a, metrics as m } from '@homeostat/semconv'
import { type Board, lines, named, names, stacked, stat, states, table } from '../board.ts'
import { level, mean, processRate, quantile, rate, share, total, variance, worst } from '../query.ts'

const FORECAST = [a.forecastTarget, a.forecastHorizon] as const
const BIN = [...FORECAST, a.forecastBin] as const

export const optimizer: Board = {
  id: 'optimizer',
  title: 'Homeostat: decisions and verdicts',
  description:
    'What the loop decides, refuses and judges, what is left of its budgets, and how good its forecasts are.',
  rows: [
    {
      title: 'The loop',
      panels: [
        names('Mode', 'number', worst(m.engineMode, { by: [a.mode] })),
        stat('Ticks', 'per second', rate(m.heartbeat)),
        stat('Processes of the fleet', 'number', worst(m.fleetMembers, { by: [a.coordinatorState] })),
        stat('Contained failures', 'number', total(m.errors), { red: 1 }),
      ],
    },
    {
      title: 'Alerts and decisions',
      panels: [
        states('Alerts that fire', 'number', worst(m.alerts, { by: [a.alert], where: { [a.alertState]: 'firing' } })),
        stacked(
          'Alerts by state',
          'number',
          level(m.alerts, {
            by: [a.alert, a.alertState],
            where: { [a.alertState]: ['pending', 'firing', 'resolving'] },
          }),
        ),
        lines('Changes of alerts', 'per second', rate(m.alertTransitions, { by: [a.alert, a.alertState] })),
        lines('Decisions', 'per second', rate(m.decisions, { by: [a.actionName, a.trialArm] })),
        table('Refusals', 'number', total(m.refusals, { by: [a.alert, a.actionName, a.refusalReason] })),
        lines('Label sets without an alert', 'number', worst(m.alertsLeftOut, { by: [a.alert] })),
      ],
    },
    {
      title: 'Runs',
      panels: [
        lines('Runs', 'per second', rate(m.actionRuns, { by: [a.actionName, a.actionResult] })),
        lines('Duration of runs, 95th percentile', 'seconds', quantile(0.95, m.actionDuration, { by: [a.actionName] })),
        lines('Open trials', 'number', level(m.trials, { by: [a.actionName, a.trialState, a.trialArm] })),
        lines('Reverts', 'per second', rate(m.reverts, { by: [a.actionName, a.revertCause, a.revertResult] })),
      ],
    },
    {
      title: 'Verdicts and evidence',
      panels: [
        table('Verdicts', 'number', total(m.verdicts, { by: [a.actionName, a.verdict] })),
        lines(
          'Effect of actions, with its interval',
          'share',
          level(m.actionEffect, { as: 'avg', by: [a.alert, a.actionName, a.effectBound] }),
        ),
        lines('Breached guards', 'per second', rate(m.guardBreaches, { by: [a.actionName, a.trialArm] })),
        table('Quarantines', 'number', total(m.quarantines, { by: [a.alert, a.actionName] })),
      ],
    },
    {
      title: 'Trials that divide the work of a process, by half',
      panels: [
        lines(
          'Delay of the event loop',
          'seconds',
          share(rate(m.queueTrialDelay, { by: [a.trialArm] }), rate(m.queueTrialMoments, { by: [a.trialArm] })),
        ),
        lines(
          'Duration of reads',
          'seconds',
          share(rate(m.replicaTrialDuration, { by: [a.trialArm] }), rate(m.replicaTrialReads, { by: [a.trialArm] })),
        ),
        lines(
          'Share of bytes that is sent',
          'share',
          share(
            rate(m.httpCompressionTrialSent, { by: [a.trialArm] }),
            rate(m.httpCompressionTrialPlain, { by: [a.trialArm] }),
          ),
        ),
        lines('Time that compression takes', 'seconds', rate(m.httpCompressionTrialDuration, { by: [a.trialArm] })),
        lines(
          'Misses of the edge per popular URL',
          'per second',
          share(
            rate(m.httpWarmingTrialMisses, { by: [a.trialArm] }),
            level(m.httpWarmingTrialUrls, { by: [a.trialArm] }),
          ),
        ),
        lines(
          'Hit ratio of the keys that are warmed',
          'share',
          share(
            level(m.cacheTrialHits, { by: [a.cacheName, a.trialArm] }),
            level(m.cacheTrialLookups, { by: [a.cacheName, a.trialArm] }),
          ),
        ),
      ],
    },
    {
      title: 'Budgets',
      panels: [
        lines('What is left', 'number', level(m.budgetRemaining, { as: 'min', by: [a.actionName, a.budget] }), {
          width: 24,
        }),
      ],
    },
    {
      title: 'How good the forecasts are',
      panels: [
        lines(
          'Skill: above 0 is better than the base rate',
          'number',
          level(m.forecastSkill, { as: 'min', by: FORECAST }),
        ),
        lines('Brier score, mean of the processes: lower is better', 'number', [
          named('score', level(m.forecastBrierScore, { as: 'avg', by: FORECAST })),
          named('of who always says the base rate', variance(m.forecastBaseRate, { by: FORECAST })),
        ]),
        table('Reliability: how often it came', 'share', level(m.forecastReliabilityFrequency, { as: 'avg', by: BIN })),
        table(
          'Reliability: the probability that was given',
          'share',
          level(m.forecastReliabilityProbability, { as: 'avg', by: BIN }),
        ),
        lines('Known outcomes', 'number', [
          named('forecasts', level(m.forecastOutcomes, { by: FORECAST })),
          named('limit reached', level(m.forecastCrossings, { by: FORECAST })),
        ]),
        table('Forecasts of each bin', 'number', level(m.forecastReliabilityForecasts, { by: BIN })),
      ],
    },
    {
      title: 'What the loop costs',
      panels: [
        lines('CPU time, mean of the processes', 'share', processRate(m.engineCpuTime)),
        lines('Duration of ticks', 'seconds', [
          named('99th percentile', quantile(0.99, m.tickDuration)),
          named('mean', mean(m.tickDuration)),
        ]),
        lines('Memory for statements and values', 'bytes', level(m.retainedSize)),
        lines('Contained failures', 'per second', [
          named('failures', rate(m.errors, { by: [a.component, a.errorType] })),
          named('dropped copies', rate(m.retainedEvictions)),
        ]),
      ],
    },
  ],
}
