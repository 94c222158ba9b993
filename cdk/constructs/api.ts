/**
 * The HTTP API: callers sign their requests with credentials of the account (IAM), one route for each of the
 * application's own. What IAM does not let in never reaches the function.
 */
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { describeApi } from '../../lambdas/api/openapi.ts';
import { routes } from '../../lambdas/api/routes.ts';

export interface ApiProps {
  readonly handler: IFunction;
  /** Requests a second of all callers together, in the long run and at once. */
  readonly throttle: { readonly rateLimit: number; readonly burstLimit: number };
  readonly logRetention: RetentionDays;
}

/** Who asked for what and what came of it. No path, query or body: those may hold what a user wrote. */
const accessLogFields = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  caller: '$context.identity.userArn',
  ip: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  responseBytes: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  error: '$context.error.message',
  integrationError: '$context.integrationErrorMessage',
};

export class Api extends Construct {
  readonly http: HttpApi;
  readonly url: string;

  constructor(scope: Construct, id: string, { handler, throttle, logRetention }: ApiProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const authorizer = new HttpIamAuthorizer();
    this.http = new HttpApi(this, 'Http', {
      apiName: stack.stackName,
      description: 'Prompt Optimizer: tasks, datasets, runs, prompts. The document is at /openapi.json.',
      createDefaultStage: false,
      defaultAuthorizer: authorizer,
    });
    // One permission for the API: one for each route would not fit into the function's policy.
    const integration = new HttpLambdaIntegration('Function', handler, { scopePermissionToRoute: false });
    for (const { method, path } of [...routes, describeApi(routes)]) {
      this.http.addRoutes({ path, methods: [HttpMethod[method]], integration, authorizer });
    }
    // What is no route goes to the function as well, whose answer says so as every other error does.
    new HttpRoute(this, 'Unknown', { httpApi: this.http, routeKey: HttpRouteKey.DEFAULT, integration, authorizer });
    const accessLog = new LogGroup(this, 'AccessLog', {
      // Each group outside /aws/vendedlogs/ takes room in a resource policy that the whole account shares.
      logGroupName: `/aws/vendedlogs/apis/${stack.stackName}`,
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.http,
      stageName: '$default',
      autoDeploy: true,
      throttle,
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        format: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
      },
    });
    this.url = stage.url;
  }
}
