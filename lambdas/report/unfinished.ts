/** `report.json` and the page of a run that ended before a verdict: what was spent, and how far it came. Pure. */
import type { Archive, Spend } from '../contracts/artifacts.ts';
import type { RunContext } from '../contracts/context.ts';
import type { UnfinishedReport, UnfinishedVerdict } from '../contracts/report.ts';
import { BASELINE_ID, candidateOf, componentsOf } from '../optimizer/archive.ts';
import { meanScores } from '../optimizer/frontier.ts';
import { wholeScores } from '../optimizer/gepa/whole-scores.ts';
import { reportedCandidates, validationIn } from './candidates.ts';
import { editsOf } from './edits.ts';
import { renderUnfinishedPage } from './html/unfinished.ts';

export interface UnfinishedInput {
  readonly context: RunContext;
  readonly archive: Archive;
  /** Spend of the whole run, that of the step that was under way included. */
  readonly spend: Spend;
  readonly wallSeconds: number;
  readonly verdict: UnfinishedVerdict;
}

export function buildUnfinishedReport(input: UnfinishedInput): UnfinishedReport {
  const { context, archive, spend, wallSeconds, verdict } = input;
  const { task, known, notice } = context;
  const candidates = reportedCandidates(archive, task);
  const expected = expectedScores(archive, context);
  const side = (candidateId: string): UnfinishedReport['best'] => ({
    candidateId,
    validation: validationIn(candidates, candidateId),
    expected: expected.of(candidateId),
  });
  return {
    schema: 'prompt-optimizer.report.v1',
    runId: archive.runId,
    task: task.name,
    seed: task.optimizer.seed,
    verdict,
    baseline: side(BASELINE_ID),
    best: side(expected.bestId),
    testDelta: null,
    recommended: { candidateId: BASELINE_ID, components: componentsOf(archive, candidateOf(archive, BASELINE_ID)) },
    spend,
    generations: archive.generations,
    candidates,
    edits: editsOf({ ...archive, winnerId: expected.bestId }),
    ...(archive.check === null ? {} : { check: checkOf(archive.check) }),
    stopReason: verdict === 'stopped' ? 'stopped' : 'unchanged',
    wallSeconds,
    ...(known.unsealed.length === 0 ? {} : { unsealed: known.unsealed }),
    ...(notice === null ? {} : { notice }),
  };
}

/** The whole page as HTML; like `report.html` it loads nothing and runs no script. */
export function renderUnfinishedHtml(report: UnfinishedReport): string {
  return renderUnfinishedPage(report).text;
}

function checkOf({ mean, reference, delta }: NonNullable<Archive['check']>): UnfinishedReport['check'] {
  return { mean, reference, delta };
}

interface Expected {
  readonly bestId: string;
  readonly of: (candidateId: string) => number | null;
}

/** By mean validation score; under `attribution`, where no prompt is run on all of validation, by what its model expects. */
function expectedScores(archive: Archive, { task }: RunContext): Expected {
  if (archive.attribution !== null) {
    const bestId = archive.winnerId ?? archive.attribution.incumbentId;
    const known = archive.generations.flatMap(({ bestValidation: best }) => (best === null ? [] : [best]));
    const scores = new Map([
      [bestId, known.at(-1) ?? null],
      [BASELINE_ID, known[0] ?? null],
    ]);
    return { bestId, of: (id) => scores.get(id) ?? null };
  }
  const means = meanScores(wholeScores(archive, task));
  const [bestId = BASELINE_ID] = [...means].sort(([, a], [, b]) => b - a).map(([id]) => id);
  return { bestId: archive.winnerId ?? bestId, of: (id) => means.get(id) ?? null };
}
