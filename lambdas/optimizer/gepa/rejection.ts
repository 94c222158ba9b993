/** Children that were accepted and cannot stay. */
import type { Archive, Candidate } from '../../contracts/artifacts.ts';

/** The archive with these candidates of the generation that is under way rejected; its summary says so too. */
export function withRejected(archive: Archive, ids: ReadonlySet<string>, reason: string): Archive {
  if (ids.size === 0) return archive;
  const candidates = archive.candidates.map(
    (candidate): Candidate => (ids.has(candidate.id) ? { ...candidate, status: 'rejected', reason } : candidate),
  );
  const generations = archive.generations.map((summary) => {
    if (summary.generation !== archive.generation) return summary;
    const { accepted, rejected, reasons } = summary;
    return {
      ...summary,
      accepted: accepted - ids.size,
      rejected: rejected + ids.size,
      reasons: { ...reasons, [reason]: (reasons[reason] ?? 0) + ids.size },
    };
  });
  return { ...archive, candidates, generations };
}
