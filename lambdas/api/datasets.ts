/** Datasets of tasks: given in a request or by an upload, checked line by line. */
import { z } from 'zod';
import { type DatasetRecord, datasetRecordSchema } from '../contracts/catalog.ts';
import { splitNames } from '../contracts/dataset.ts';
import { taskNameSchema } from '../contracts/task.ts';
import { levels } from '../datasets/finding.ts';
import { type StoredDataset, storeDataset } from '../service/datasets.ts';
import { beginUpload, finishUpload, MAX_UPLOAD_BYTES } from '../service/uploads.ts';
import { listDatasetOwners, listDatasetRecords, loadDatasetRecord } from '../store/dataset-records.ts';
import { cursorsOf, pageOf, pageQuery } from './cursor.ts';
import { notFound, refused } from './problem.ts';
import { defineRoute, type Route } from './route.ts';

const MAX_BYTES = 5 * 1024 * 1024;
const nameSchema = z.string().min(1).max(200).describe('What you call it.');
const splitSchema = z.enum(splitNames).describe('`test` is sealed: no search sees it, and nobody can read it here.');

const datasetSchema = datasetRecordSchema
  .extend({ links: z.strictObject({ self: z.string(), task: z.string() }) })
  .meta({ id: 'Dataset', description: 'A dataset of a task. `id` is the hash of its content.' });

const warningSchema = z.strictObject({
  level: z.enum(levels),
  kind: z.string(),
  line: z.number().int().optional(),
  field: z.string().optional(),
  message: z.string(),
  remedy: z.string().optional(),
});
const storedSchema = datasetSchema
  .extend({ warnings: z.array(warningSchema).describe('What makes results on it worth less; at most 100.') })
  .meta({ id: 'StoredDataset', description: 'A dataset that was just given, and what is dubious in it.' });

const cursors = cursorsOf('datasets', datasetRecordSchema.shape.id);

const textFormats = {
  'text/csv': 'csv',
  'application/x-ndjson': 'jsonl',
  'application/jsonl': 'jsonl',
  'text/plain': 'jsonl',
} as const;

const createDataset = defineRoute({
  method: 'POST',
  path: '/datasets',
  operationId: 'createDataset',
  tag: 'datasets',
  summary: 'Check a dataset and store it.',
  description:
    'The body is the file, as CSV or JSONL (`{"id":"t-1","input":"My card was charged twice","expected":"billing"}`); `task` and `split` say what it is for. Or it names a file that was uploaded, for which that was said before. Wrong lines are told one by one. The same file again is the same dataset. On AWS, files of more than 3 MB go by an upload: a request has room for 6 MB, in which a file may be longer than it is.',
  query: z.object({ task: taskNameSchema.optional(), split: splitSchema.optional(), name: nameSchema.optional() }),
  body: {
    'text/csv': 'text',
    'application/x-ndjson': 'text',
    'application/jsonl': 'text',
    'text/plain': 'text',
    'application/json': z
      .strictObject({ upload: z.string().regex(/^[0-9a-f]{32}$/, 'must be the id of an upload') })
      .meta({ id: 'UploadedDataset', description: 'A file that was put where an upload said.' }),
  },
  bodyLimit: MAX_BYTES,
  bodyLimitRemedy: 'Ask for a place for larger files with POST /datasets/uploads.',
  examples: {
    'text/csv': 'id,input,expected\nt-1,My card was charged twice,billing\n',
    'application/json': { upload: '0123456789abcdef0123456789abcdef' },
  },
  responses: {
    200: { description: 'The task had it already.', schema: storedSchema },
    201: { description: 'It is stored.', schema: storedSchema, headers: { Location: 'Path of the dataset.' } },
  },
  async handler({ query, contentType, body }) {
    if (contentType === 'application/json') {
      const given = Object.entries(query).filter(([, value]) => value !== undefined);
      const remedy = 'Take it out.';
      const message = 'was said when the upload was asked for.';
      if (given.length > 0) throw refused(given.map(([field]) => ({ field, message, remedy })));
      return answer(await finishUpload(body.upload));
    }
    const { task, split, name = null } = query;
    if (task === undefined || split === undefined) {
      const field = task === undefined ? 'task' : 'split';
      throw refused([{ field, message: 'is missing.', remedy: `Say what the file is for: ?task=…&split=train.` }]);
    }
    return answer(await storeDataset({ task, split, name, format: textFormats[contentType], text: body }));
  },
});

function answer({ record, isNew, warnings }: StoredDataset) {
  const dataset = resourceOf(record);
  const body = {
    ...dataset,
    warnings: warnings.slice(0, 100).map(({ level, kind, line, field, message, remedy }) => ({
      level,
      kind,
      ...(line === undefined ? {} : { line }),
      ...(field === undefined ? {} : { field }),
      message,
      ...(remedy === undefined ? {} : { remedy }),
    })),
  };
  return isNew
    ? { status: 201 as const, body, headers: { Location: dataset.links.self } }
    : { status: 200 as const, body };
}

function resourceOf(record: DatasetRecord): z.infer<typeof datasetSchema> {
  const { id, task } = record;
  return { ...record, links: { self: `/datasets/${id}?task=${task}`, task: `/tasks/${task}` } };
}

const createUpload = defineRoute({
  method: 'POST',
  path: '/datasets/uploads',
  operationId: 'createUpload',
  tag: 'datasets',
  summary: 'Ask for a place for a large file.',
  description:
    'PUT the file to `url`, with the headers that are given, within 15 minutes; then POST /datasets with `{ "upload": … }`.',
  body: {
    'application/json': z
      .strictObject({
        task: taskNameSchema,
        split: splitSchema,
        format: z.enum(['jsonl', 'csv']),
        bytes: z.number().int().min(1).max(MAX_UPLOAD_BYTES).describe('Size of the file.'),
        name: nameSchema.optional(),
      })
      .meta({ id: 'WantedUpload', description: 'A file that is to be uploaded.' }),
  },
  examples: { 'application/json': { task: 'support-triage', split: 'train', format: 'jsonl', bytes: 31_457_280 } },
  responses: {
    201: {
      description: 'Where to put the file.',
      schema: z
        .strictObject({
          upload: z.string(),
          url: z.string(),
          headers: z.record(z.string(), z.string()).describe('Headers that the PUT must have.'),
          expiresAt: z.string(),
        })
        .meta({ id: 'Upload', description: 'A place for one file.' }),
    },
  },
  async handler({ body: { name = null, ...wanted } }) {
    return { status: 201, body: await beginUpload({ ...wanted, name }) };
  },
});

const listDatasets = defineRoute({
  method: 'GET',
  path: '/datasets',
  operationId: 'listDatasets',
  tag: 'datasets',
  summary: 'The datasets of a task.',
  query: z.object({ task: taskNameSchema, ...pageQuery }),
  responses: { 200: { description: 'By id.', schema: pageOf(datasetSchema).meta({ id: 'DatasetPage' }) } },
  async handler({ query: { task, limit, cursor } }) {
    const page = await listDatasetRecords(task, { after: cursors.read(cursor, { task }), limit });
    return { status: 200, body: { items: page.items.map(resourceOf), next: cursors.write(page.next, { task }) } };
  },
});

const getDataset = defineRoute({
  method: 'GET',
  path: '/datasets/{id}',
  operationId: 'getDataset',
  tag: 'datasets',
  summary: 'What is known of a dataset.',
  params: z.object({ id: datasetRecordSchema.shape.id.describe('32 hexadecimal digits.') }),
  query: z.object({ task: taskNameSchema.optional().describe('Whose, where several tasks have it.') }),
  errors: [404],
  responses: { 200: { description: 'The dataset.', schema: datasetSchema } },
  async handler({ params: { id }, query: { task } }) {
    const record = task === undefined ? (await listDatasetOwners(id)).items[0] : await loadDatasetRecord(task, id);
    if (record === undefined || record === null) {
      const whose = task === undefined ? '' : ` of ${task}`;
      throw notFound('id', `There is no dataset ${id}${whose}.`, 'GET /datasets?task=… lists what there is.');
    }
    return { status: 200, body: resourceOf(record) };
  },
});

export const datasetRoutes: readonly Route[] = [createDataset, createUpload, listDatasets, getDataset];
