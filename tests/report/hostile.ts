/** Foreign text at its worst, put into every field of a page that can hold any. */
import type { ReportPage } from '../../lambdas/report/html.ts';

export const HOSTILE = [
  '<script>alert(1)</script>',
  '"onmouseover="alert(1)',
  "' autofocus onfocus='alert(1)",
  '</style><script>alert(1)</script>',
  '</textarea></title></svg></pre><img src=x onerror=alert(1)>',
  '--><svg onload=alert(1)>',
  ']]><![CDATA[<script>alert(1)</script>',
  '<a href="javascript:alert(1)">x</a><iframe src="https://example.org"></iframe>',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template is what this text plays
  '`${alert(1)}` {{constructor.constructor("alert(1)")()}}',
  '&lt;script&gt;&#60;script&#62;&amp;',
  '\u202Egnitset\u202C \u2066isolated\u2069 \u200Bzero\uFEFF width',
  '\u0000nul\u0007bell\u001B[31mred\u009B31m\u007F\u2028\uD800 lone',
  'W'.repeat(5000),
  '日本語のとても長い文章'.repeat(200),
  '👩‍👩‍👧‍👦'.repeat(300),
  'Z̸̢̧̛̼͎̗͍̯̼͉͂̾̒͐͊̓̈́̈́a̷l̶g̵o̸'.repeat(50),
  'שלום עולם مرحبا بالعالم <b>bold</b>',
  '',
] as const;

/** Words of the contracts; everything else that is a string is foreign. */
const FIXED = new Set(['schema', 'verdict', 'status', 'origin', 'kind', 'stopReason']);

/** The page with every text, ids and names of components, evals and reasons included, rewritten by `poison`. */
export function poisonPage(page: ReportPage, poison: (text: string) => string): ReportPage {
  return { ...page, ...(rewrite(page, poison) as ReportPage) };
}

function rewrite(value: unknown, poison: (text: string) => string): unknown {
  if (typeof value === 'string') return poison(value);
  if (Array.isArray(value)) return value.map((item) => rewrite(item, poison));
  if (typeof value !== 'object' || value === null) return value;
  const named = new Set(['components', 'seedComponents', 'perEval', 'reasons', 'input', 'expected', 'trainExamples']);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (FIXED.has(key)) return [key, item];
      if (!named.has(key) || typeof item !== 'object' || item === null || Array.isArray(item)) {
        return [key, rewrite(item, poison)];
      }
      return [key, Object.fromEntries(Object.entries(item).map(([name, of]) => [poison(name), rewrite(of, poison)]))];
    }),
  );
}
