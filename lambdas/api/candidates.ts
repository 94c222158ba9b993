/** The candidates of a run, and who came from whom. */
import { z } from 'zod';
import { diffComponents } from '../report/diff.ts';
import { candidatesOf, reportedCandidateSchema } from '../service/run-candidates.ts';
import { cursorsOf, pageOf, pageQuery } from './cursor.ts';
import { notFound } from './problem.ts';
import { defineRoute, type Route } from './route.ts';
import { findRun, type RunWords, runParams } from './run-words.ts';

const candidateSchema = reportedCandidateSchema.meta({
  id: 'Candidate',
  description: 'A version of the prompt that the run has tried. `validation` is its mean score on validation.',
});
const cursors = cursorsOf('candidates', z.number().int().min(0).max(1_000_000));

const segmentSchema = z.strictObject({ change: z.enum(['same', 'added', 'removed']), text: z.string() });
const diffSchema = z.strictObject({
  component: z.string(),
  change: z.enum(['same', 'changed', 'added', 'removed']),
  hunks: z.array(z.strictObject({ changed: z.boolean(), segments: z.array(segmentSchema) })),
  wordsAdded: z.number().int(),
  wordsRemoved: z.number().int(),
});

const detailSchema = candidateSchema
  .extend({
    diff: z
      .strictObject({ parent: z.string(), components: z.array(diffSchema) })
      .nullable()
      .describe('What it has otherwise than its first parent, by words; null for the baseline.'),
  })
  .meta({ id: 'CandidateDetail', description: 'A candidate, and what it has otherwise than its parent.' });

const lineageSchema = z
  .strictObject({
    nodes: z.array(reportedCandidateSchema.omit({ components: true, parents: true, reason: true })),
    edges: z.array(z.strictObject({ from: z.string().describe('The parent.'), to: z.string() })),
  })
  .meta({ id: 'Lineage', description: 'Candidates, and who came from whom.' });

export function candidateRoutes(words: RunWords): Route[] {
  const listCandidates = defineRoute({
    method: 'GET',
    path: '/runs/{id}/candidates',
    operationId: 'listCandidates',
    tag: 'runs',
    summary: 'The prompts that the run has tried, also while it goes on.',
    params: runParams,
    query: z.object(pageQuery),
    errors: [404, 422],
    responses: {
      200: {
        description: 'In the order in which they were made.',
        schema: pageOf(candidateSchema).meta({ id: 'CandidatePage' }),
      },
    },
    async handler({ params: { id }, query: { limit, cursor } }) {
      const run = await findRun(words, id);
      const from = cursors.read(cursor, { run: id }) ?? 0;
      const all = await candidatesOf(run);
      const next = from + limit < all.length ? from + limit : null;
      return { status: 200, body: { items: all.slice(from, from + limit), next: cursors.write(next, { run: id }) } };
    },
  });

  const getCandidate = defineRoute({
    method: 'GET',
    path: '/runs/{id}/candidates/{candidateId}',
    operationId: 'getCandidate',
    tag: 'runs',
    summary: 'One prompt, and what it has otherwise than its parent.',
    params: runParams.extend({
      candidateId: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,80}$/, 'must be the id of a candidate')
        .describe('`baseline`, or as in the list.'),
    }),
    errors: [404],
    responses: { 200: { description: 'The candidate.', schema: detailSchema } },
    async handler({ params: { id, candidateId } }) {
      const all = await candidatesOf(await findRun(words, id));
      const candidate = all.find((one) => one.id === candidateId);
      if (candidate === undefined) {
        throw notFound(
          'candidateId',
          `Run ${id} has no candidate ${candidateId}.`,
          `GET /runs/${id}/candidates lists them.`,
        );
      }
      const parent = all.find((one) => one.id === candidate.parents[0]);
      const diff =
        parent === undefined
          ? null
          : { parent: parent.id, components: diffComponents(parent.components, candidate.components) };
      return { status: 200, body: { ...candidate, diff } };
    },
  });

  const getLineage = defineRoute({
    method: 'GET',
    path: '/runs/{id}/lineage',
    operationId: 'getLineage',
    tag: 'runs',
    summary: 'Who came from whom.',
    params: runParams,
    errors: [404],
    responses: { 200: { description: 'Nodes and edges.', schema: lineageSchema } },
    async handler({ params: { id } }) {
      const all = await candidatesOf(await findRun(words, id));
      const nodes = all.map(({ components: _components, parents: _parents, reason: _reason, ...node }) => node);
      const edges = all.flatMap(({ id: to, parents }) => parents.map((from) => ({ from, to })));
      return { status: 200, body: { nodes, edges } };
    },
  });

  return [listCandidates, getCandidate, getLineage];
}
