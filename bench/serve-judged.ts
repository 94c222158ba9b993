/** A server of its own process that answers at once: any task with a text, any judge with a verdict for each criterion. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const counts = { task: 0, judge: 0 };

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString('utf-8'));
    const criteria = body.response_format?.json_schema?.schema?.properties;
    counts[criteria === undefined ? 'task' : 'judge'] += 1;
    const content = criteria === undefined ? reply(body.messages.at(-1).content) : verdicts(Object.keys(criteria));
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 300, completion_tokens: 60 },
      }),
    );
  });
});

/** Forty words that are not the same for any two inputs. */
function reply(input: string): string {
  return `Dear customer, about "${input}": ${'we look into it and answer within two days. '.repeat(4)}Regards, support.`;
}

function verdicts(names: readonly string[]): string {
  const verdict = { reasoning: 'It names the problem and the next step, and it is kind.', score: 'pass' };
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, verdict])));
}

process.on('message', () => process.send?.({ counts }));
process.on('disconnect', () => server.close(() => process.exit()));
server.listen(0, '127.0.0.1', () => {
  process.send?.({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` });
});
