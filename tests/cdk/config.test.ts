import { describe, expect, it } from 'vitest';
import { readConfig } from '../../cdk/config.ts';
import { InvalidInputError } from '../../lambdas/contracts/errors.ts';
import { MOST_PLACES } from '../../lambdas/store/slots.ts';

describe('readConfig', () => {
  it('has a default for everything that can have one', () => {
    expect(readConfig({})).toEqual({
      stackName: 'prompt-optimizer',
      apiKeySecretName: 'prompt-optimizer/openai-api-key',
      logRetentionDays: 30,
      maxParallelRuns: 4,
      spendAlarmUsd: 50,
      logContent: false,
      apiRateLimit: 50,
      apiBurstLimit: 100,
      removalPolicy: 'retain',
    });
  });

  it('takes numbers as the command line gives them', () => {
    const text = { logRetentionDays: '7', spendAlarmUsd: '0.5', maxParallelRuns: '12', apiRateLimit: '2.5' };

    expect(readConfig(text)).toMatchObject({
      logRetentionDays: 7,
      spendAlarmUsd: 0.5,
      maxParallelRuns: 12,
      apiRateLimit: 2.5,
    });
  });

  it.each([
    ['true', true],
    ['false', false],
    [true, true],
  ])('takes %j as a choice of yes or no', (given, meant) => {
    expect(readConfig({ logContent: given }).logContent).toBe(meant);
  });

  it('takes as many parallel runs as the queue has places for', () => {
    expect(readConfig({ maxParallelRuns: MOST_PLACES }).maxParallelRuns).toBe(MOST_PLACES);
    expect(() => readConfig({ maxParallelRuns: MOST_PLACES + 1 })).toThrow(/maxParallelRuns/);
  });

  it('leaves the context of the CDK itself alone', () => {
    const context = {
      '@aws-cdk/aws-iam:minimizePolicies': true,
      'aws:cdk:bundling-stacks': [],
      'cli-telemetry': false,
    };

    expect(() => readConfig(context)).not.toThrow();
  });

  it.each([
    ['a key that is misspelt', { stackname: 'x' }, /context stackname: unknown key\. Did you mean stackName\?/],
    ['a retention that CloudWatch does not offer', { logRetentionDays: '31' }, /context logRetentionDays: .*30, 60/],
    ['plain http, which would show the API key', { openaiBaseUrl: 'http://example.com/v1' }, /openaiBaseUrl: .*https/],
    ['an unknown removal policy', { removalPolicy: 'keep' }, /removalPolicy: must be retain or destroy/],
    ['an ARN in place of a secret name', { apiKeySecretName: 'arn:aws:secretsmanager:x' }, /apiKeySecretName: .*name/],
    ['a name that no stack can have', { stackName: '1st stack' }, /stackName: must start with a letter/],
    ['no place for a run', { maxParallelRuns: '0' }, /maxParallelRuns: must be a whole number from 1 to 100/],
    ['an alarm for nobody', { alarmEmail: 'me' }, /alarmEmail: must be an address/],
    ['an alarm at no spend', { spendAlarmUsd: '0' }, /spendAlarmUsd: .*above 0/],
    ['a yes in other words', { logContent: 'yes' }, /logContent: must be true or false/],
    ['a rate of nothing', { apiRateLimit: '' }, /apiRateLimit: .*from 1/],
    ['half a request at once', { apiBurstLimit: '1.5' }, /apiBurstLimit: must be a whole number/],
    ['a region of another form', { region: 'Frankfurt' }, /region: must be a region/],
  ])('refuses %s', (_, context, message) => {
    expect(() => readConfig(context)).toThrow(InvalidInputError);
    expect(() => readConfig(context)).toThrow(message);
  });
});
