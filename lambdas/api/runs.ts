/** Runs of every kind: optimizations, evaluations, calibrations, syntheses. */
import { z } from 'zod';
import { evaluationResultSchema } from '../contracts/evaluation-result.ts';
import { powerSchema, reportSchema, unfinishedReportSchema } from '../contracts/report.ts';
import { synthesisReportSchema } from '../contracts/synthesis-report.ts';
import {
  calibrationBodySchema,
  estimateRun,
  evaluationBodySchema,
  prepareEvaluation,
  prepareRun,
  prepareSynthesis,
  runRequestSchema,
  synthesisBodySchema,
} from '../service/run-request.ts';
import { ask, askHeaders, askResponses } from './ask-run.ts';
import { candidateRoutes } from './candidates.ts';
import { defineRoute, type Route } from './route.ts';
import { sharedRoutes } from './run-routes.ts';
import { type RunWords, viewSchemaOf } from './run-words.ts';
import { synthesisTaskRoute } from './synthesis-task.ts';

const runWords: RunWords = { kind: 'optimization', noun: 'run', plural: 'runs' };
const evaluationWords: RunWords = { kind: 'evaluation', noun: 'evaluation', plural: 'evaluations' };
const calibrationWords: RunWords = { kind: 'calibration', noun: 'calibration', plural: 'calibrations' };
const synthesisWords: RunWords = { kind: 'synthesis', noun: 'synthesis', plural: 'syntheses' };

const runSchema = viewSchemaOf(runWords);
const evaluationSchema = viewSchemaOf(evaluationWords);
const calibrationSchema = viewSchemaOf(calibrationWords);
const synthesisSchema = viewSchemaOf(synthesisWords);

const wantedRun = runRequestSchema.meta({ id: 'WantedRun', description: 'A run that is asked for.' });

const createRun = defineRoute({
  method: 'POST',
  path: '/runs',
  operationId: 'createRun',
  tag: 'runs',
  summary: 'Optimize the prompt of a task.',
  description:
    'Of a stored task, or of one that comes with the request. All that can be checked is checked now; the run then waits for a place.',
  headers: askHeaders,
  body: { 'application/json': wantedRun },
  examples: { 'application/json': { task: 'support-triage', overrides: { 'budget.rollouts': 500 } } },
  errors: [409, 422],
  responses: askResponses(runSchema),
  handler: ({ headers, body }) =>
    ask({ words: runWords, schema: runSchema, body, key: headers['idempotency-key'], prepare: prepareRun }),
});

const courseSchema = z.strictObject({
  generations: z.number().int(),
  rollouts: z.number().int(),
  reflectionCalls: z.number().int(),
  tokens: z.number(),
  costUsd: z.number().nullable().describe('null: a price is not known.'),
});

const estimateRoute = defineRoute({
  method: 'POST',
  path: '/runs/estimate',
  operationId: 'estimateRun',
  tag: 'runs',
  summary: 'What a run would spend. Nothing is spent.',
  body: { 'application/json': wantedRun },
  examples: { 'application/json': { task: 'support-triage' } },
  errors: [422],
  responses: {
    200: {
      description: 'The least, the usual and the most, and which gain the sealed test can show.',
      schema: z
        .strictObject({ low: courseSchema, expected: courseSchema, high: courseSchema, power: powerSchema })
        .meta({ id: 'RunEstimate', description: 'What a run would spend.' }),
    },
  },
  handler: async ({ body }) => ({ status: 200, body: await estimateRun(body) }),
});

const createEvaluation = defineRoute({
  method: 'POST',
  path: '/evaluations',
  operationId: 'createEvaluation',
  tag: 'evaluations',
  summary: 'Compare prompts and models on the same examples.',
  headers: askHeaders,
  body: {
    'application/json': evaluationBodySchema.meta({
      id: 'WantedEvaluation',
      description: 'An evaluation that is asked for.',
    }),
  },
  examples: {
    'application/json': { task: 'support-triage', evaluation: { of: 'prompts', models: ['gpt-4.1-mini', 'gpt-4.1'] } },
  },
  errors: [409, 422],
  responses: askResponses(evaluationSchema),
  handler: ({ headers, body }) =>
    ask({
      words: evaluationWords,
      schema: evaluationSchema,
      body,
      key: headers['idempotency-key'],
      prepare: prepareEvaluation,
    }),
});

const createCalibration = defineRoute({
  method: 'POST',
  path: '/calibrations',
  operationId: 'createCalibration',
  tag: 'calibrations',
  summary: 'Compare judges with people, on the golden examples of a task.',
  headers: askHeaders,
  body: {
    'application/json': calibrationBodySchema.meta({
      id: 'WantedCalibration',
      description: 'A calibration that is asked for.',
    }),
  },
  examples: { 'application/json': { task: 'support-triage', evaluation: { of: 'judges', repeats: 3 } } },
  errors: [409, 422],
  responses: askResponses(calibrationSchema),
  handler: ({ headers, body }) =>
    ask({
      words: calibrationWords,
      schema: calibrationSchema,
      body,
      key: headers['idempotency-key'],
      prepare: prepareEvaluation,
    }),
});

const createSynthesis = defineRoute({
  method: 'POST',
  path: '/syntheses',
  operationId: 'createSynthesis',
  tag: 'syntheses',
  summary: 'Make datasets and judges from specs.',
  headers: askHeaders,
  body: {
    'application/json': synthesisBodySchema.meta({
      id: 'WantedSynthesis',
      description: 'A synthesis that is asked for.',
    }),
  },
  errors: [409, 422],
  responses: askResponses(synthesisSchema),
  handler: ({ headers, body }) =>
    ask({
      words: synthesisWords,
      schema: synthesisSchema,
      body,
      key: headers['idempotency-key'],
      prepare: prepareSynthesis,
    }),
});

const runReport = z
  .union([reportSchema, unfinishedReportSchema])
  .meta({ id: 'Report', description: 'report.json: the proof of a run, or how far it came.' });
const evaluationReport = evaluationResultSchema.meta({ id: 'EvaluationReport', description: 'evaluation.json.' });
const synthesisReport = synthesisReportSchema.meta({ id: 'SynthesisReport', description: 'synthesis.json.' });

export const runRoutes: readonly Route[] = [
  createRun,
  estimateRoute,
  ...sharedRoutes(runWords, runSchema, { report: runReport, file: 'report.json' }),
  ...candidateRoutes(runWords),
  createEvaluation,
  ...sharedRoutes(evaluationWords, evaluationSchema, { report: evaluationReport, file: 'evaluation.json' }),
  createCalibration,
  ...sharedRoutes(calibrationWords, calibrationSchema, { report: evaluationReport, file: 'evaluation.json' }),
  createSynthesis,
  ...sharedRoutes(synthesisWords, synthesisSchema, { report: synthesisReport, file: 'synthesis.json' }),
  synthesisTaskRoute(synthesisWords),
];
