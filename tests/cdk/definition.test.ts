import { readdirSync, readFileSync } from 'node:fs';
import aslValidator from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as errors from '../../lambdas/contracts/errors.ts';
import { machineSchema, typedErrors } from './asl-subset.ts';

const folder = new URL('../../statemachine/', import.meta.url);
const definitions = readdirSync(folder).filter((file) => file.endsWith('.asl.json'));

type Json = Record<string, unknown>;
const read = (file: string): Json => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));

describe.each(definitions)('%s', (file) => {
  it('uses nothing but what every implementation executes alike', () => {
    const parsed = machineSchema.safeParse(read(file));

    expect(parsed.error === undefined ? '' : z.prettifyError(parsed.error)).toBe('');
  });

  it('is a valid definition for AWS', () => {
    const { isValid, errorsText } = aslValidator(read(file));

    expect(isValid, errorsText('\n')).toBe(true);
  });
});

describe('the errors that Retry and Catch match', () => {
  it.each(typedErrors)('%s is reported by Lambda under the name of its class', (name) => {
    const thrown: unknown = Reflect.construct(Reflect.get(errors, name), [[]]);

    expect(thrown).toMatchObject({ name });
  });
});

/** Each breaks one rule; a definition with it must be refused with a message that names the place. */
const breakages: readonly [rule: string, breakIt: (machine: Json) => void, message: RegExp][] = [
  ['JSONata machines', (m) => set(m, ['QueryLanguage'], 'JSONata'), /QueryLanguage/],
  ['JSONata states', (m) => set(m, ['States', 'Plan', 'QueryLanguage'], 'JSONata'), /QueryLanguage/],
  ['JSONata expressions', (m) => set(m, ['States', 'UnknownStep', 'Parameters', 'runId'], '{% $x %}'), /JSONata/],
  ['variables', (m) => set(m, ['States', 'Plan', 'Assign'], { x: 1 }), /Assign/],
  ['ItemReader', (m) => set(m, ['States', 'Score', 'ItemReader'], {}), /ItemReader/],
  ['ItemBatcher', (m) => set(m, ['States', 'Score', 'ItemBatcher'], {}), /ItemBatcher/],
  ['ResultWriter', (m) => set(m, ['States', 'Score', 'ResultWriter'], {}), /ResultWriter/],
  ['tolerated failures', (m) => set(m, ['States', 'Score', 'ToleratedFailureCount'], 1), /ToleratedFailureCount/],
  ['inline Maps', (m) => set(m, ['States', 'Score', 'ItemProcessor', 'ProcessorConfig', 'Mode'], 'INLINE'), /Mode/],
  ['ErrorPath', (m) => set(m, ['States', 'Failed', 'ErrorPath'], '$.error'), /ErrorPath/],
  ['Fail states without an Error', (m) => set(m, ['States', 'Failed', 'Error'], undefined), /Failed\.Error/],
  [
    'function ARNs as resources',
    (m) => set(m, ['States', 'Plan', 'Resource'], 'arn:aws:lambda:eu-central-1:1:function:plan'),
    /Resource/,
  ],
  [
    'Tasks without a time limit',
    (m) => set(m, ['States', 'Plan', 'TimeoutSeconds'], undefined),
    /Plan\.TimeoutSeconds/,
  ],
  ['Tasks without Retry', (m) => set(m, ['States', 'Plan', 'Retry'], undefined), /Plan\.Retry/],
  [
    'retries without jitter',
    (m) => set(m, ['States', 'Plan', 'Retry', '0', 'JitterStrategy'], 'NONE'),
    /JitterStrategy/,
  ],
  ['Tasks without Catch', (m) => set(m, ['States', 'Plan', 'Catch'], undefined), /Plan\.Catch/],
  [
    'Tasks inside a Map without Catch',
    (m) => set(m, ['States', 'Score', 'ItemProcessor', 'States', 'ScoreItem', 'Catch'], undefined),
    /ScoreItem\.Catch/,
  ],
  ['unknown errors', (m) => set(m, ['States', 'Plan', 'Retry', '0', 'ErrorEquals'], ['StoreConflict']), /ErrorEquals/],
  ['Choices without Default', (m) => set(m, ['States', 'NextStep', 'Default'], undefined), /NextStep\.Default/],
  [
    'waits of a fixed length',
    (m) => set(m, ['States', 'AwaitTurn', 'Seconds'], 5),
    /AwaitTurn.*Seconds|Seconds.*AwaitTurn/s,
  ],
  ['states that nothing defines', (m) => set(m, ['States', 'Plan', 'Next'], 'Planet'), /no state Planet/],
  [
    'the context object inside a Map item',
    (m) =>
      set(
        m,
        ['States', 'Score', 'ItemProcessor', 'States', 'ScoreItem', 'Parameters', 'Payload', 'runId.$'],
        '$$.Execution.Name',
      ),
    /not by \$\$/,
  ],
];

describe('the subset', () => {
  it.each(breakages)('refuses %s', (_, breakIt, message) => {
    const machine = read('optimize.asl.json');
    breakIt(machine);

    const { error } = machineSchema.safeParse(machine);

    expect(error === undefined ? 'accepted' : z.prettifyError(error)).toMatch(message);
  });
});

function set(target: Json, [key, ...rest]: readonly string[], value: unknown): void {
  if (key === undefined) throw new Error('a path needs a key');
  if (rest.length === 0) target[key] = value;
  else set(z.custom<Json>((inner) => typeof inner === 'object' && inner !== null).parse(target[key]), rest, value);
}
