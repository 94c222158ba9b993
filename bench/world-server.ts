/**
 * A world behind a real HTTP server. It answers task calls and reflection calls of both optimizers, ours and the
 * reference: each asks for reflection in words of its own and reads the reply in a fence of its own.
 */
import {
  asksOurReflection,
  contentOf,
  type FaultKind,
  type Messages,
  type ModelServer,
  type ModelServerOptions,
  randomFaults,
  startChatServer,
} from './model-server.ts';
import type { ReflectionView, World } from './worlds/world.ts';

export interface WorldServerOptions extends Pick<ModelServerOptions, 'taskLatencyMs' | 'reflectionLatencyMs'> {
  /** Share of the calls that fail, chosen by their text and how often it came. */
  readonly faultShare?: number;
}

const FAULTS: readonly FaultKind[] = ['429', '500', 'drop', 'truncated'];

export function startWorldServer(
  world: World,
  { faultShare = 0, ...latencies }: WorldServerOptions = {},
): Promise<ModelServer> {
  const draws = new Map<string, number>();
  return startChatServer(
    {
      partOf: (messages) => (asksOurReflection(messages) || asksReferenceReflection(messages) ? 'reflection' : 'task'),
      reply: (part, messages) => {
        const prompt = contentOf(messages, 'system');
        const input = contentOf(messages, 'user');
        if (part === 'reflection') {
          return asksOurReflection(messages) ? ourReply(world, input) : referenceReply(world, input);
        }
        const key = JSON.stringify([prompt, input]);
        // Calls that met a fault do not count: the draws are the same with faults and without.
        const draw = draws.get(key) ?? 0;
        draws.set(key, draw + 1);
        return world.answer(prompt, input, draw);
      },
    },
    { ...latencies, ...(faultShare > 0 ? { fault: randomFaults(world.seed, faultShare, FAULTS) } : {}) },
  );
}

const FENCE = '````';

function ourReply(world: World, request: string): string {
  const text = world.reflect(ourView(request));
  return `This should help.\n${FENCE}\n${quoted(text.replace(/\n$/, ''))}\n${FENCE}`;
}

/** Reads lambdas/optimizer/reflection-prompt.ts. */
export function ourView(request: string): ReflectionView {
  const component = /<component name="([^"]*)">\n/.exec(request)?.[1] ?? '';
  const others = elements(request, 'other_components')[0] ?? '';
  return {
    component,
    text: elements(request, 'component')[0] ?? '',
    others: elements(others, 'component').join('\n'),
    examples: elements(elements(request, 'examples')[0] ?? '', 'example').map((example) => ({
      input: elements(example, 'input')[0] ?? '',
      score: Number(elements(example, 'score')[0]),
    })),
    tried: elements(request, 'tried')[0] ?? '',
  };
}

/** Contents of the elements of a name. Data in them has a backslash in each `</`, which nested elements have not. */
function elements(text: string, name: string): string[] {
  const found = text.matchAll(new RegExp(`<${name}(?: [^>\n]*)?>\n?([\\s\\S]*?)\n?</${name}>`, 'g'));
  return [...found].map(([, content = '']) => (content.includes('</') ? content : unquoted(content)));
}

function quoted(text: string): string {
  return text.replace(/<(\\*)\//g, '<\\$1/');
}

function unquoted(text: string): string {
  return text.replace(/<\\(\\*)\//g, '<$1/');
}

/** No system message; the text in a first fence, the examples under numbered headings in a second. */
const REFERENCE_REQUEST = /^[^`]*```\n([\s\S]*?)\n```\n[^`]*```\n(# Example 1\n[\s\S]*?)\n```\n/;
/** Headings of bench/reference/gepa_reference.py. */
const REFERENCE_EXAMPLE = /## Inputs\n([\s\S]*?)\n+## Generated Outputs\n[\s\S]*?\n+## Score\n([\d.e-]+)/g;

function asksReferenceReflection(messages: Messages): boolean {
  return messages.every(({ role }) => role === 'user') && REFERENCE_REQUEST.test(contentOf(messages, 'user'));
}

function referenceReply(world: World, request: string): string {
  return `This should help.\n\`\`\`\n${world.reflect(referenceView(world, request))}\`\`\``;
}

/** The reference names no component and shows no other one: the text is of the component it is most like. */
export function referenceView(world: World, request: string): ReflectionView {
  const [, text = '', sideInfo = ''] = REFERENCE_REQUEST.exec(request) ?? [];
  const examples = [...sideInfo.matchAll(REFERENCE_EXAMPLE)].map(([, input = '', score]) => ({
    input,
    score: Number(score),
  }));
  return { component: componentOf(world, text), text, others: '', examples, tried: '' };
}

function componentOf(world: World, text: string): string {
  const names = Object.keys(world.prompt);
  const shared = (name: string): number =>
    (world.prompt[name] ?? '').split('\n').filter((line) => line !== '' && text.includes(line)).length;
  return names.reduce((best, name) => (shared(name) > shared(best) ? name : best), names[0] ?? '');
}
