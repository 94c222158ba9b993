/** ETags of what has versions. */

export function etagOf(version: number): string {
  return `"v${version}"`;
}

/** Whether a header's list of ETags names this one; `*` names any. */
export function namesTag(list: string, tag: string): boolean {
  const named = list.split(',').map((one) => one.trim().replace(/^W\//, ''));
  return named.includes('*') || named.includes(tag);
}

/** The one version that a header names; null when it names any, none or several. */
export function versionIn(list: string): number | null {
  const [, version] = /^\s*"v([1-9]\d{0,7})"\s*$/.exec(list) ?? [];
  return version === undefined ? null : Number(version);
}
