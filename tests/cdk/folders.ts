/** Who gets at a folder of a bucket. What cannot be told for sure from a grant counts as reading. */
import { z } from 'zod';
import { arnOf, type Grant, takesIn } from './iam.ts';
import type { Template } from './synthesize.ts';
import { holding, idOf, type StoreName } from './template.ts';

/** States that may do anything but put objects there: read them, list them, or what else S3 has. */
export function whoReads(template: Template, bucket: StoreName, folder: string): string[] {
  const arn = arnOf(template, idOf(template, bucket));
  return holding(template, (grant) => touches(grant, arn, folder) && actionsOnS3(grant).some((one) => one !== PUT));
}

export function whoWrites(template: Template, bucket: StoreName, folder: string): string[] {
  const arn = arnOf(template, idOf(template, bucket));
  return holding(
    template,
    (grant) => touches(grant, arn, folder) && actionsOnS3(grant).some((one) => takesIn(one, PUT)),
  );
}

const PUT = 's3:PutObject';

function actionsOnS3({ actions }: Grant): string[] {
  return actions.filter((action) => action.startsWith('*') || action.startsWith('s3:'));
}

function touches({ resources, condition }: Grant, bucketArn: string, folder: string): boolean {
  if (resources.some((pattern) => meets(pattern, `${bucketArn}/${folder}`))) return true;
  const { success, data } = prefixesOf.safeParse(condition);
  return (
    resources.some((pattern) => takesIn(pattern, bucketArn)) &&
    (!success || data.StringLike['s3:prefix'].some((pattern) => meets(pattern, folder)))
  );
}

const prefixesOf = z.object({ StringLike: z.object({ 's3:prefix': z.array(z.string()) }) });

/** Whether the pattern can take in anything that begins with this text. */
function meets(pattern: string, beginning: string): boolean {
  const [fixed = ''] = pattern.split(/[*?]/);
  return fixed.startsWith(beginning) || (fixed !== pattern && beginning.startsWith(fixed));
}
