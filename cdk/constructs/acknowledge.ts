/** cdk-nag wants a reason for every wildcard in a policy, each named as it prints it; this writes the names. */
import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Says why the policies below `scope` hold these resources, given as the policies name them. */
export function acknowledgeWildcards(scope: IConstruct, resources: readonly string[], reason: string): void {
  const stack = Stack.of(scope);
  Validations.of(scope).acknowledge(
    ...resources.map((resource) => ({
      id: `AwsSolutions-IAM5[Resource::${flatten(stack.resolve(resource))}]`,
      reason,
    })),
  );
}

/** `{"Fn::Join":["",[{"Fn::GetAtt":["Data","Arn"]},"/runs/*"]]}` as `<Data.Arn>/runs/*`. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null) {
    if ('Ref' in value) return `<${flatten(value.Ref)}>`;
    if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) return `<${value['Fn::GetAtt'].join('.')}>`;
    if ('Fn::Join' in value && Array.isArray(value['Fn::Join'])) {
      const [separator, parts]: unknown[] = value['Fn::Join'];
      if (typeof separator === 'string' && Array.isArray(parts)) return parts.map(flatten).join(separator);
    }
  }
  throw new Error(`A resource of a form that cdk-nag's names are not known for: ${JSON.stringify(value)}`);
}
