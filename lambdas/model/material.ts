/**
 * Texts that a model is shown as data: each between two lines that hold a marker of this very call, so that nothing in a
 * text can end its block or begin another one, and none of it changes a word outside.
 */
import { createHash } from 'node:crypto';

/** Names and texts of the blocks, in their order. */
export type Material = readonly (readonly [name: string, text: string])[];

/** The blocks as one message. */
export function fencedMaterial(material: Material, marker: string): string {
  return material.map(([name, text]) => `<<<${name} ${marker}\n${defused(text)}\n${name} ${marker}>>>`).join('\n\n');
}

/**
 * Drawn from all that the call holds: a text cannot hold a marker that depends on it, and no two calls have the same. It
 * is no chance, so that the same question has the same key in the store.
 */
export function markerFor(...content: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 20);
}

/**
 * Some servers read the control tokens of their chat template wherever they stand, and text could then end the message it
 * stands in. A zero-width space takes them apart and leaves them readable.
 */
export function defused(text: string): string {
  return text.toWellFormed().replace(CONTROL_TOKENS, '$&\u200b');
}

/** First characters of control tokens: of ChatML and Llama 3, Llama 2, Mistral, Gemma, DeepSeek, Qwen, GLM. */
const CONTROL_TOKENS = new RegExp(
  [
    '<(?=[|｜]|/?s>|</?sys>>|(?:start|end)_of_turn>|/?(?:bos|eos|pad|unk|sop|eop|think)>|/?tool_(?:call|response)s?>)',
    '[|｜](?=>)',
    String.raw`\[(?=/?(?:inst|system_prompt|available_tools|tool_calls|tool_results|tool_content|gmask)\])`,
  ].join('|'),
  'giu',
);
