/** A real HTTP server that plays the generator and the judge of a spec, by what it is asked for. */
import { z } from 'zod';
import { completion, json, startChatServer } from '../model/chat-server.ts';

/** What a reply has at its top: which prompt asked. */
export type Role = 'questions' | 'edits' | 'steps' | 'examples' | 'expected' | 'judge';

export interface SpecServer {
  /** What was asked, in order. */
  readonly asked: { readonly role: Role; readonly system: string; readonly material: string }[];
  /** Answers by role; a text is sent as it is, a number is an HTTP status. */
  replies: Record<Role, (material: string, system: string) => unknown>;
  count(role: Role): number;
}

const roles = ['questions', 'edits', 'steps', 'examples', 'expected'] as const;

const requestSchema = z.object({
  messages: z.array(z.object({ content: z.string() })),
  response_format: z.unknown(),
});

/** Points the environment at it. The judge passes an answer that says please. */
export async function startSpecServer({
  onTestFinished,
}: {
  onTestFinished: (close: () => void) => unknown;
}): Promise<SpecServer> {
  const played: SpecServer = {
    asked: [],
    replies: {
      questions: () => ({ questions: [] }),
      edits: () => ({ edits: [], unused: [] }),
      steps: () => ({ steps: ['Look for please.', 'Pass with it, else fail.'] }),
      examples: () => ({ examples: [] }),
      expected: () => ({ expected: 'the reference' }),
      judge: (material) => {
        const answer = /<<<ANSWER \w+\n([\s\S]*)\nANSWER /.exec(material)?.[1] ?? '';
        return { polite: { reasoning: 'It is about please.', score: answer.includes('please') ? 'pass' : 'fail' } };
      },
    },
    count: (role) => played.asked.filter((one) => one.role === role).length,
  };
  const server = await startChatServer((response, request) => {
    const { messages, response_format: format } = requestSchema.parse(server.requests.at(-1)?.body);
    const [system = '', material = ''] = messages.map(({ content }) => content);
    const role = roles.find((one) => JSON.stringify(format).includes(`"${one}":{`)) ?? 'judge';
    const reply = played.replies[role](material, system);
    if (typeof reply === 'number')
      return json(reply, { error: { message: `This call gets ${reply}.` } })(response, request);
    played.asked.push({ role, system, material });
    const content = typeof reply === 'string' ? reply : JSON.stringify(reply);
    return json(200, completion({ message: { role: 'assistant', content, refusal: null } }))(response, request);
  });
  const before = { url: process.env.OPENAI_BASE_URL, key: process.env.OPENAI_API_KEY };
  process.env.OPENAI_BASE_URL = server.baseUrl;
  process.env.OPENAI_API_KEY = 'test';
  onTestFinished(async () => {
    await server.close();
    for (const [name, value] of [
      ['OPENAI_BASE_URL', before.url],
      ['OPENAI_API_KEY', before.key],
    ] as const) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  return played;
}
