/** Buckets and tables. What they are called and keyed by stands in `lambdas/store/tables.ts`, for AWS and for local runs. */
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { BlockPublicAccess, Bucket, BucketEncryption, type BucketProps, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { type BucketName, type TableName, type TableSchema, tables } from '../../lambdas/store/tables.ts';

/** Folder of uploads that nobody has checked yet. */
const INCOMING = 'incoming/';

export interface StorageProps {
  readonly removalPolicy: RemovalPolicy;
}

export class Storage extends Construct {
  readonly buckets: Readonly<Record<BucketName, Bucket>>;
  readonly tables: Readonly<Record<TableName, Table>>;

  constructor(scope: Construct, id: string, props: StorageProps) {
    super(scope, id);
    const { removalPolicy } = props;
    const destroy = removalPolicy === RemovalPolicy.DESTROY;

    const common: BucketProps = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      // Keys that S3 manages cost nothing. A KMS key would cost $1 a month for each bucket while nothing runs, and its
      // second lock would be opened by the same account's administrators; who reads what is settled by the roles.
      encryption: BucketEncryption.S3_MANAGED,
      removalPolicy,
      // CloudFormation cannot delete a bucket that holds something.
      autoDeleteObjects: destroy,
    };

    // Server access logs tell who read the sealed data and when, which is worth the cents that they cost.
    const accessLogs = new Bucket(this, 'AccessLogs', {
      ...common,
      lifecycleRules: [{ expiration: Duration.days(90), abortIncompleteMultipartUploadAfter: Duration.days(7) }],
    });
    Validations.of(accessLogs).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'This bucket receives the access logs; logging its own deliveries into itself would never end.',
    });

    const bucket = (name: string) =>
      new Bucket(this, name, {
        ...common,
        serverAccessLogsBucket: accessLogs,
        serverAccessLogsPrefix: `${name.toLowerCase()}/`,
        // An upload or a report that was overwritten or deleted by mistake can be fetched back for a week; archives are
        // overwritten at every turn, so older versions may not pile up for longer.
        versioned: true,
        lifecycleRules: [
          {
            noncurrentVersionExpiration: Duration.days(7),
            abortIncompleteMultipartUploadAfter: Duration.days(7),
            expiredObjectDeleteMarker: true,
          },
          // Uploads lie here until they are checked, and become datasets by being copied.
          {
            prefix: INCOMING,
            expiration: Duration.days(1),
            noncurrentVersionExpiration: Duration.days(1),
            abortIncompleteMultipartUploadAfter: Duration.days(1),
          },
        ],
      });
    this.buckets = { data: bucket('Data'), sealed: bucket('Sealed') };

    const table = (name: string, schema: TableSchema) => {
      const made = new Table(this, name, {
        partitionKey: { name: schema.partitionKey, type: AttributeType.STRING },
        ...(schema.sortKey === undefined ? {} : { sortKey: { name: schema.sortKey, type: AttributeType.STRING } }),
        billingMode: BillingMode.PAY_PER_REQUEST,
        // The key that DynamoDB owns: encrypted at rest, no charge for the key or its requests.
        encryption: TableEncryption.DEFAULT,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        deletionProtection: !destroy,
        removalPolicy,
      });
      for (const [indexName, { partitionKey, sortKey }] of Object.entries(schema.indexes ?? {})) {
        made.addGlobalSecondaryIndex({
          indexName,
          partitionKey: { name: partitionKey, type: AttributeType.STRING },
          sortKey: { name: sortKey, type: AttributeType.STRING },
          projectionType: ProjectionType.ALL,
        });
      }
      return made;
    };
    this.tables = {
      runs: table('Runs', tables.runs),
      rollouts: table('Rollouts', tables.rollouts),
      sealedRollouts: table('SealedRollouts', tables.sealedRollouts),
      catalog: table('Catalog', tables.catalog),
    };
  }
}
