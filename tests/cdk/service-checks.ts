/** Tests of what is around the machines. They take the templates of `stack.test.ts`: a synthesis of their own would cost seconds. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeApi } from '../../lambdas/api/openapi.ts';
import { routes } from '../../lambdas/api/routes.ts';
import { arnOf, roleGrants } from './iam.ts';
import type { Template } from './synthesize.ts';
import { functionsOf, idsOf, machineNames, machineOf, onlyOne, propertiesOf, scheduleRoleOf } from './template.ts';

const root = new URL('../../', import.meta.url);
const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const inThisAccount = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };

/**
 * @param plain template of a stack with defaults
 * @param chosen template of one whose every choice was made
 */
export function checkService(plain: () => Template, chosen: () => Template): void {
  const only = (template: Template, type: string) => template.Resources[onlyOne(template, type)]?.Properties ?? {};

  describe('the API', () => {
    const routesOf = (template: Template) => propertiesOf(template, 'AWS::ApiGatewayV2::Route');

    it('has the routes of the application, and one for what is none of them', () => {
      const known = [...routes, describeApi(routes)].map(({ method, path }) => `${method} ${path}`);

      expect(
        routesOf(plain())
          .map(({ RouteKey }) => RouteKey)
          .toSorted(),
      ).toEqual([...known, '$default'].toSorted());
    });

    it('asks for IAM credentials on every route', () => {
      expect([...new Set(routesOf(plain()).map(({ AuthorizationType }) => AuthorizationType))]).toEqual(['AWS_IAM']);
    });

    it('sends every route to its function, which nothing else of API Gateway may call', () => {
      const integration = onlyOne(plain(), 'AWS::ApiGatewayV2::Integration');
      const targets = new Set(routesOf(plain()).map(({ Target }) => JSON.stringify(Target)));
      const permission = propertiesOf(plain(), 'AWS::Lambda::Permission').filter(
        ({ Principal }) => Principal === 'apigateway.amazonaws.com',
      );

      expect([...targets]).toEqual([JSON.stringify({ 'Fn::Join': ['', ['integrations/', { Ref: integration }]] })]);
      expect(only(plain(), 'AWS::ApiGatewayV2::Integration')).toMatchObject({ PayloadFormatVersion: '2.0' });
      expect(permission.map(({ SourceArn }) => JSON.stringify(SourceArn))).toEqual([
        expect.stringContaining(onlyOne(plain(), 'AWS::ApiGatewayV2::Api')),
      ]);
    });

    it('takes as many requests as the deployment says', () => {
      expect(only(plain(), 'AWS::ApiGatewayV2::Stage').DefaultRouteSettings).toMatchObject({
        ThrottlingRateLimit: 50,
        ThrottlingBurstLimit: 100,
      });
      expect(only(chosen(), 'AWS::ApiGatewayV2::Stage').DefaultRouteSettings).toMatchObject({
        ThrottlingRateLimit: 3,
        ThrottlingBurstLimit: 6,
      });
    });

    it('logs each request as JSON, without anything that a user wrote', () => {
      const stage = z
        .object({ AccessLogSettings: z.object({ DestinationArn: z.unknown(), Format: z.string() }) })
        .parse(only(plain(), 'AWS::ApiGatewayV2::Stage'));
      const format: object = JSON.parse(stage.AccessLogSettings.Format);

      expect(idsOf(plain(), 'AWS::Logs::LogGroup').map(arn)).toContainEqual(stage.AccessLogSettings.DestinationArn);
      expect(Object.values(format)).toContain('$context.requestId');
      expect(Object.values(format).filter((value) => /path$|query|body|header|userAgent/i.test(value))).toEqual([]);
    });

    it('is for no page of another origin', () => {
      expect(only(plain(), 'AWS::ApiGatewayV2::Api')).not.toHaveProperty('CorsConfiguration');
    });
  });

  describe('schedules', () => {
    it('have a role that may start the optimization and leave a dead letter, and nothing else', () => {
      const role = scheduleRoleOf(plain());
      const grants = roleGrants(plain()).filter(({ holder }) => holder === role);

      expect(grants.map(({ actions, resources }) => [actions, resources])).toEqual([
        [['states:StartExecution'], [arnOf(plain(), machineOf(plain(), 'optimize').id)]],
        [['sqs:SendMessage'], [arnOf(plain(), onlyOne(plain(), 'AWS::SQS::Queue'))]],
      ]);
    });

    it('are the only ones who may take that role: those of the group, in this account', () => {
      expect(plain().Resources[scheduleRoleOf(plain())]?.Properties.AssumeRolePolicyDocument).toMatchObject({
        Statement: [
          {
            Principal: { Service: 'scheduler.amazonaws.com' },
            Condition: {
              StringEquals: {
                'aws:SourceAccount': { Ref: 'AWS::AccountId' },
                'aws:SourceArn': arn(onlyOne(plain(), 'AWS::Scheduler::ScheduleGroup')),
              },
            },
          },
        ],
      });
    });

    it('are made by the API with the group, the role and the queue of the stack', () => {
      expect(functionsOf(plain()).get('Api')?.Environment.Variables).toMatchObject({
        SCHEDULE_GROUP: { Ref: onlyOne(plain(), 'AWS::Scheduler::ScheduleGroup') },
        SCHEDULE_ROLE_ARN: arn(scheduleRoleOf(plain())),
        SCHEDULE_DEAD_LETTER_ARN: arn(onlyOne(plain(), 'AWS::SQS::Queue')),
      });
    });
  });

  describe('the end of an execution', () => {
    it('of each of the machines, whatever it is, goes to Settle, and is kept where it cannot be delivered', () => {
      expect(propertiesOf(plain(), 'AWS::Events::Rule')).toMatchObject([
        {
          EventPattern: {
            source: ['aws.states'],
            'detail-type': ['Step Functions Execution Status Change'],
            detail: {
              stateMachineArn: machineNames.map((name) => ({ Ref: machineOf(plain(), name).id })),
              status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'],
            },
          },
          Targets: [
            {
              DeadLetterConfig: { Arn: arn(onlyOne(plain(), 'AWS::SQS::Queue')) },
              RetryPolicy: { MaximumRetryAttempts: expect.any(Number) },
            },
          ],
        },
      ]);
    });

    it('that Settle fails at is kept too', () => {
      expect(only(plain(), 'AWS::Lambda::EventInvokeConfig')).toMatchObject({
        DestinationConfig: { OnFailure: { Destination: arn(onlyOne(plain(), 'AWS::SQS::Queue')) } },
      });
    });

    it('lies in a queue that is encrypted, takes TLS only and keeps it for two weeks', () => {
      expect(only(plain(), 'AWS::SQS::Queue')).toMatchObject({
        SqsManagedSseEnabled: true,
        MessageRetentionPeriod: 14 * 24 * 3600,
      });
      expect(only(plain(), 'AWS::SQS::QueuePolicy').PolicyDocument).toMatchObject({
        Statement: expect.arrayContaining([
          expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      });
    });
  });

  describe('alarms', () => {
    it.each(['ExecutionsFailed', 'ExecutionsTimedOut', 'ApproximateNumberOfMessagesVisible', 'SpendUsd', '5xx'])(
      'look at %s',
      (metric) => {
        const alarms = propertiesOf(plain(), 'AWS::CloudWatch::Alarm').filter((alarm) =>
          JSON.stringify(alarm).includes(`"MetricName":"${metric}"`),
        );

        expect(alarms).toHaveLength(1);
      },
    );

    it('look at all machines', () => {
      for (const name of machineNames) {
        const { id } = machineOf(plain(), name);
        const alarms = propertiesOf(plain(), 'AWS::CloudWatch::Alarm').filter((alarm) =>
          JSON.stringify(alarm).includes(`{"Ref":"${id}"}`),
        );
        expect(alarms).toHaveLength(2);
      }
    });

    it('about spend go off where the deployment says', () => {
      const thresholds = [plain(), chosen()].map((template) =>
        propertiesOf(template, 'AWS::CloudWatch::Alarm')
          .filter(({ MetricName }) => MetricName === 'SpendUsd')
          .map(({ Threshold, Period }) => [Threshold, Period]),
      );

      expect(thresholds).toEqual([[[50, 24 * 3600]], [[7.5, 24 * 3600]]]);
    });

    it('go to one topic, all of them, which is encrypted with a key that CloudWatch may use', () => {
      const topic = onlyOne(plain(), 'AWS::SNS::Topic');
      const key = onlyOne(plain(), 'AWS::KMS::Key');
      for (const alarm of propertiesOf(plain(), 'AWS::CloudWatch::Alarm')) {
        expect(alarm.AlarmActions).toEqual([{ Ref: topic }]);
      }
      expect(only(plain(), 'AWS::SNS::Topic')).toMatchObject({ KmsMasterKeyId: arn(key) });
      expect(only(plain(), 'AWS::KMS::Key')).toMatchObject({
        EnableKeyRotation: true,
        KeyPolicy: {
          Statement: expect.arrayContaining([
            expect.objectContaining({
              Principal: { Service: 'cloudwatch.amazonaws.com' },
              Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
              Condition: inThisAccount,
            }),
          ]),
        },
      });
    });

    it('are published by CloudWatch alone, over TLS', () => {
      expect(only(plain(), 'AWS::SNS::TopicPolicy').PolicyDocument).toMatchObject({
        Statement: [
          { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
          { Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' }, Condition: inThisAccount },
        ],
      });
    });

    it('are told in docs/operations.md, each with what to do', () => {
      const page = readFileSync(new URL('docs/operations.md', root), 'utf8');
      for (const id of idsOf(plain(), 'AWS::CloudWatch::Alarm')) {
        const name = id.replace(/^Alarms/, '').replace(/[0-9A-F]{8}$/, '');
        expect(page).toContain(`\n| ${name} |`);
      }
    });

    it('reach an address that the deployment names', () => {
      expect(propertiesOf(plain(), 'AWS::SNS::Subscription')).toEqual([]);
      expect(propertiesOf(chosen(), 'AWS::SNS::Subscription')).toMatchObject([
        { Protocol: 'email', Endpoint: 'team@example.com' },
      ]);
    });
  });

  it('the dashboard shows every metric that the functions put, and no other of theirs', () => {
    const put = globSync('lambdas/**/*.ts', { cwd: root }).flatMap((file) =>
      [...readFileSync(new URL(file, root), 'utf8').matchAll(/putMetric\(\s*'(\w+)'/g)].map(([, name]) => name),
    );
    const namespaces = new Set(
      [...functionsOf(plain()).values()].map(({ Environment }) => Environment.Variables.METRICS_NAMESPACE),
    );
    const body = JSON.stringify(only(plain(), 'AWS::CloudWatch::Dashboard').DashboardBody).replaceAll('\\', '');
    const [namespace] = namespaces;
    const shown = [
      ...body.matchAll(new RegExp(`"${namespace}","(\\w+)"`, 'g')),
      ...body.matchAll(new RegExp(`"${namespace}",task} MetricName="(\\w+)"`, 'g')),
    ].map(([, name]) => name);

    expect([...namespaces]).toEqual(['PromptOptimizer/prompt-optimizer']);
    expect(new Set(shown)).toEqual(new Set(put));
    // More, and it is none of the dashboards that cost nothing.
    expect(body.match(/\["(AWS|PromptOptimizer)\/|"expression":/g)?.length).toBeLessThanOrEqual(50);
  });

  describe('what the functions are told', () => {
    const knowing = (template: Template, variable: string) =>
      [...functionsOf(template)]
        .filter(([, { Environment }]) => variable in Environment.Variables)
        .map(([state]) => state)
        .toSorted();

    it('is to log no content unless the deployment says so, and never where sealed data is seen', () => {
      expect(knowing(plain(), 'LOG_CONTENT')).toEqual([]);
      expect(knowing(chosen(), 'LOG_CONTENT')).toEqual(['Mutate', 'Score']);
    });

    it('is how many runs may go on at once, for those who start them', () => {
      expect(knowing(chosen(), 'MAX_PARALLEL_RUNS')).toEqual(['Api', 'Settle']);
      expect(functionsOf(chosen()).get('Settle')?.Environment.Variables.MAX_PARALLEL_RUNS).toBe('9');
    });
  });

  it('nothing is open to the public: no function has an address of its own, no policy lets everybody in', () => {
    expect(idsOf(plain(), 'AWS::Lambda::Url')).toEqual([]);
    for (const [id, { Properties }] of Object.entries(plain().Resources)) {
      const documents = [Properties.PolicyDocument, Properties.KeyPolicy, Properties.AssumeRolePolicyDocument];
      for (const document of documents.filter((one) => one !== undefined)) {
        const { Statement } = z.object({ Statement: z.array(z.looseObject({ Effect: z.string() })) }).parse(document);
        const open = Statement.filter(
          ({ Effect, Principal }) =>
            Effect === 'Allow' && (Principal === '*' || JSON.stringify(Principal) === '{"AWS":"*"}'),
        );
        expect(open, id).toEqual([]);
      }
    }
  });
}
